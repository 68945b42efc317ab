#include "guard/logs/choose_backend.h"

#include <algorithm>

#include "guard/logs/journal_options.h"
#include "text/escape.h"

namespace spranga::guard {

namespace {

std::string paths_of(const ban::JailSpec& jail) {
  std::string out;
  for (const auto& path : jail.logpath) {
    out += (out.empty() ? "" : ", ") + text::escape(path.glob);
  }
  return out;
}

bool may_fall_back_on_journal(const ban::JailSpec& jail) {
  return jail.backend == "auto" && jail.systemd_if_nologs && !jail.filter.journalmatch.empty();
}

}  // namespace

bool is_no_log(const ban::LogPath& path) {
  return path.glob == "/dev/null";
}

bool bans_by_hand_alone(const ban::JailSpec& jail) {
  return !is_journal_backend(jail.backend) && std::ranges::all_of(jail.logpath, is_no_log) &&
         !(jail.logpath.empty() && may_fall_back_on_journal(jail));
}

BackendChoice choose_backend(const ban::JailSpec& jail,
                             const std::vector<bool>& has_files,
                             bool journal_readable) {
  const auto name = text::escape(jail.name) + ": ";
  if (is_journal_backend(jail.backend)) {
    return journal_readable
               ? BackendChoice{LogBackend::journal, "", false}
               : BackendChoice{LogBackend::none, name + "no journal could be read", true};
  }
  if (std::ranges::find(has_files, true) != has_files.end()) {
    return {LogBackend::files, "", false};
  }
  const bool may_fall_back = may_fall_back_on_journal(jail);
  const auto missing = jail.logpath.empty() ? "no logpath" : "no " + paths_of(jail);
  if (may_fall_back && journal_readable) {
    return {LogBackend::journal, name + missing + ", reading the journal", false};
  }
  const auto journal_too = may_fall_back ? ", and no journal could be read" : "";
  if (jail.skip_if_nologs) {
    return {LogBackend::none, name + missing + journal_too + ", left out (skip_if_nologs)", false};
  }
  if (bans_by_hand_alone(jail)) {
    return {LogBackend::none,
            name + "neither logpath nor a journal to read: it bans by hand alone",
            false};
  }
  if (jail.logpath.empty()) {
    return {LogBackend::none, name + "neither logpath nor a journal to read" + journal_too, true};
  }
  return {LogBackend::files, name + missing + " yet" + journal_too + ", waiting for it", false};
}

}  // namespace spranga::guard
