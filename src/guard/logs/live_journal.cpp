#include "guard/logs/live_journal.h"

#include <glob.h>

#include <algorithm>
#include <system_error>
#include <vector>

#include "guard/logs/journal_folder.h"

namespace spranga::guard {

namespace {

std::vector<std::string> files_of(const std::vector<std::string>& patterns) {
  std::vector<std::string> out;
  for (const auto& pattern : patterns) {
    glob_t found{};
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment or the users meanwhile
    if (::glob(pattern.c_str(), GLOB_NOESCAPE, nullptr, &found) == 0) {
      out.insert(out.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
    }
    ::globfree(&found);
  }
  return out;
}

/// fail2ban's flags: the system's journal, and all that there is where folder or files are named.
int open_raw(const JournalOptions& options, sd_journal** raw) {
  if (!options.files.empty()) {
    const auto files = files_of(options.files);
    std::vector<const char*> paths;
    paths.reserve(files.size() + 1);
    for (const auto& file : files) {
      paths.push_back(file.c_str());
    }
    paths.push_back(nullptr);
    return files.empty() ? -ENOENT
                         : sd_journal_open_files(raw, paths.data(), options.flags.value_or(0));
  }
  if (!options.path.empty()) {
    return sd_journal_open_directory(raw, options.path.c_str(), options.flags.value_or(0));
  }
  const int flags = options.flags.value_or(SD_JOURNAL_SYSTEM);
  return options.name_space.empty()
             ? sd_journal_open(raw, flags)
             : sd_journal_open_namespace(raw, options.name_space.c_str(), flags);
}

}  // namespace

Failure journal_failed(const std::string& what, int code) {
  const bool denied = code == -EACCES || code == -EPERM;
  return fail(denied ? Errc::denied : Errc::io,
              what + ": " + std::generic_category().message(-code));
}

Result<LiveJournal> open_live(const JournalOptions& options) {
  sd_journal* raw = nullptr;
  const int code = open_raw(options, &raw);
  if (code == -ENOENT) {
    return fail(Errc::not_found, "no journal is there");
  }
  if (code < 0) {
    return journal_failed("no journal could be read", code);
  }
  LiveJournal journal(raw);
  std::uint64_t bytes = 0;
  const int told = sd_journal_get_usage(raw, &bytes);
  if (told >= 0 && bytes > 0) {
    return journal;
  }
  const auto folders = options.path.empty()
                           ? std::vector<std::string>{"/var/log/journal", "/run/log/journal"}
                           : std::vector<std::string>{options.path};
  if (std::ranges::any_of(folders, has_journal_files)) {
    return fail(Errc::denied,
                "no journal could be read: there are some, but this user may not (group "
                "systemd-journal)");
  }
  return fail(Errc::not_found, "no journal could be read: there is none");
}

}  // namespace spranga::guard
