// What a jail's backend says of the journal: systemd[journalpath=, journalfiles=, journalflags=,
// namespace=], as fail2ban takes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace spranga::guard {

struct JournalOptions {
  std::string path;                // a folder of journals
  std::vector<std::string> files;  // globs
  std::optional<int> flags;        // SD_JOURNAL_…; fail2ban's default: the system's journal
  std::string name_space;

  [[nodiscard]] bool operator==(const JournalOptions&) const = default;
};

/// Whether the backend is the journal.
[[nodiscard]] bool is_journal_backend(std::string_view backend);

/// Errc::malformed names what is wrong. Options that are not known are let pass, as "rotated" is.
[[nodiscard]] Result<JournalOptions> journal_options_of(std::string_view backend);

}  // namespace spranga::guard
