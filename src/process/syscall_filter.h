// System calls that nobody in the sandbox needs, refused by the kernel (seccomp, through
// libseccomp).
#pragma once

#include "base/result.h"

namespace spranga::process {

struct SyscallNeeds {
  bool sockets{false};   // makes sockets, connects, listens; those it holds can always be used
  bool programs{false};  // runs programs
};

/// From now on, for this process and its children: calls that are refused fail with EPERM, so that
/// a library that only tries goes on; calls of another architecture end the process.
[[nodiscard]] Result<void> filter_syscalls(SyscallNeeds needs);

}  // namespace spranga::process
