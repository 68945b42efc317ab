// Which file a path leads to. Numbers of inodes are given again at once, so its birth counts too.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <string>

namespace spranga::ledger {

struct FileIdentity {
  std::int64_t device{0};
  std::int64_t inode{0};
  std::int64_t born{0};  // nanoseconds; 0 where the file system does not know

  [[nodiscard]] bool operator==(const FileIdentity&) const = default;
};

/// All 0 where there is none.
[[nodiscard]] inline FileIdentity identity_of(const std::string& path) {
  struct stat facts {};

  if (::stat(path.c_str(), &facts) != 0) {
    return {};
  }
  FileIdentity identity{static_cast<std::int64_t>(facts.st_dev),
                        static_cast<std::int64_t>(facts.st_ino)};

  struct statx more {};

  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_BTIME, &more) == 0 &&
      (more.stx_mask & STATX_BTIME) != 0) {
    constexpr std::int64_t nanoseconds = 1'000'000'000;
    identity.born = more.stx_btime.tv_sec * nanoseconds + more.stx_btime.tv_nsec;
  }
  return identity;
}

}  // namespace spranga::ledger
