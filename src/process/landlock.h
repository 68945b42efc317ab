// Landlock: which files a process may still open. The kernel's own interface; there is no library.
#pragma once

#include <vector>

#include "base/result.h"
#include "process/sandbox.h"

namespace spranga::process {

/// Only what is below `folders` can be opened from now on, by this process and its children. False:
/// this kernel has no Landlock (before 5.13, or switched off).
[[nodiscard]] Result<bool> confine_files(const std::vector<OpenFolder>& folders);

}  // namespace spranga::process
