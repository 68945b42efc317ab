// Sandbox: what a process gives up before it meets hostile bytes. The order of every process of
// spranga is: open what needs rights, enter the sandbox, loop.
//
// What is given up does not come back: no new privileges, capabilities but those named, files but
// those named (Landlock), system calls that nobody here needs (seccomp).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace spranga::process {

/// Whom a process turns into. Names are looked up by the caller.
struct Identity {
  uid_t uid{0};
  gid_t gid{0};
  std::vector<gid_t> groups;  // supplementary
};

struct OpenFolder {
  std::string path;  // one that does not exist is passed over
  bool writable{false};
};

struct Confinement {
  /// None: stays who it is. Needs root.
  const Identity* become{nullptr};
  /// CAP_… numbers that stay, effective; all others go, from every set.
  std::vector<int> capabilities{};
  /// Landlock: what is below these may be read, or written too; nothing else can be opened.
  std::vector<OpenFolder> folders{};
  bool files_stay_open{false};  // true: no Landlock at all
  /// seccomp. Sockets: a process without them keeps those that it holds.
  bool may_open_sockets{false};
  bool may_run_programs{false};
};

/// What of it this kernel could not do: "" = everything. The rest holds all the same.
struct Confined {
  std::string lacking;
};

/// An error leaves the process half confined: it must end then.
[[nodiscard]] Result<Confined> enter_sandbox(const Confinement& wanted);

}  // namespace spranga::process
