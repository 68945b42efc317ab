// JournalJail: a jail at the journal: what it wants, and from where on it gets entries.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ban/instant.h"
#include "guard/logs/journal_match.h"
#include "guard/logs/live_source.h"

namespace spranga::guard {

/// A jail that reads the journal.
struct JournalWish {
  std::size_t jail{0};
  std::vector<std::string> matches;  // journalmatch; none: every entry
  std::chrono::seconds findtime{600};
};

/// A jail, and from where on it gets entries.
struct JournalJail {
  std::size_t jail;
  JournalMatch match;
  std::uint64_t from_us;
  std::string cursor;  // behind this one, if it is there
  bool open{false};
};

/// From the place that is kept, but never from before now - findtime.
[[nodiscard]] JournalJail beginning_of(const JournalWish& wish,
                                       const std::vector<JailPlace>& kept,
                                       ban::Instant now);

/// The terms of all jails as sets FIELD=value, joined with OR, and journald's word that it dropped
/// lines. None: everything is read, because a jail wants it.
[[nodiscard]] std::vector<std::vector<std::string>> all_terms(
    const std::vector<JournalJail>& jails);

}  // namespace spranga::guard
