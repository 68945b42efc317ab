// Whether a jail reads files or the journal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ban/jail_spec.h"

namespace spranga::guard {

enum class LogBackend { files, journal, none };

struct BackendChoice {
  LogBackend backend{LogBackend::none};
  std::string sentence;  // to be logged; "" where there is nothing to say
  bool is_error{
      false};  // the jail cannot be started; without it `none` is what the admin asked for
};

/// /dev/null: a logpath of who wants none.
[[nodiscard]] bool is_no_log(const ban::LogPath& path);

/// Whether nothing is named that it could read: no logpath but such, and no journal. Jails for bans
/// by hand are written so.
[[nodiscard]] bool bans_by_hand_alone(const ban::JailSpec& jail);

/// `has_files[i]`: whether logpath[i] names a file now. `journal_readable`: at least one journal
/// could be opened. An explicit backend of files never falls back to the journal.
[[nodiscard]] BackendChoice choose_backend(const ban::JailSpec& jail,
                                           const std::vector<bool>& has_files,
                                           bool journal_readable);

}  // namespace spranga::guard
