// What the kernel tells of watched files and folders. Names are whatever bytes somebody chose.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace spranga::guard {

struct FileEvent {
  int wd{-1};
  std::uint32_t mask{0};  // IN_…
  std::string name;       // within a folder; "" of what is watched itself
};

struct FileEvents {
  std::vector<FileEvent> list;
  bool lost{false};  // the kernel's queue was full: look at everything
  bool more{false};  // there are more to be read at once
};

/// Reads what is there, at most one buffer; nobody waits. Errc::io.
[[nodiscard]] Result<FileEvents> read_events(int inotify);

}  // namespace spranga::guard
