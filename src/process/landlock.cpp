#include "process/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/fd.h"

namespace spranga::process {

namespace {

// Rights that came after the oldest headers that this is built with.
constexpr std::uint64_t right_refer = 1ULL << 13U;     // version 2
constexpr std::uint64_t right_truncate = 1ULL << 14U;  // version 3

constexpr std::uint64_t rights_to_read = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t rights_to_write =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG;
constexpr std::uint64_t rights_for_nobody =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_CHAR |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
// Of a rule on a file only these may be asked.
constexpr std::uint64_t rights_of_a_file =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | right_truncate;

/// Since version 1 of the headers; later kernels have more fields, which stay unused.
struct Ruleset {
  std::uint64_t handled_access_fs;
};

Failure landlock_failed(const std::string& what) {
  return fail(Errc::denied, what + ": " + std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
}

Result<void> allow(int ruleset, const OpenFolder& folder, std::uint64_t handled) {
  const Fd place(::open(folder.path.c_str(), O_PATH | O_CLOEXEC));
  if (!place) {
    return {};  // what does not exist cannot be opened either
  }

  struct stat facts {};

  if (::fstat(place.get(), &facts) != 0) {
    return landlock_failed("fstat " + folder.path);
  }
  auto rights = rights_to_read;
  if (folder.writable) {
    rights |= rights_to_write | right_truncate;
  }
  if (!S_ISDIR(facts.st_mode)) {
    rights &= rights_of_a_file;
  }
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights & handled;
  rule.parent_fd = place.get();
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
    return landlock_failed("landlock_add_rule " + folder.path);
  }
  return {};
}

}  // namespace

Result<bool> confine_files(const std::vector<OpenFolder>& folders) {
  const auto version =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) {
    return false;
  }
  Ruleset rules{rights_to_read | rights_to_write | rights_for_nobody};
  rules.handled_access_fs |= version >= 2 ? right_refer : 0;
  rules.handled_access_fs |= version >= 3 ? right_truncate : 0;
  const Fd ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0)));
  if (!ruleset) {
    return landlock_failed("landlock_create_ruleset");
  }
  for (const auto& folder : folders) {
    SPRANGA_CHECK(allow(ruleset.get(), folder, rules.handled_access_fs));
  }
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
    return landlock_failed("landlock_restrict_self");
  }
  return true;
}

}  // namespace spranga::process
