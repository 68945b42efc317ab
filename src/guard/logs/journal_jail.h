// JournalJail: a jail at the journal: what it wants, and from where on it gets entries.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
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
  std::string cursor;  // behind this one, or where it was; "": from_us alone
  LogPlace kept;       // where those came from; `at` of none is 0
  bool open{false};
};

/// Where an entry is to a jail's beginning.
enum class ToBeginning { before, last_had, behind };

/// Of the entry at `cursor`, which the journal took in at `micros`.
[[nodiscard]] ToBeginning to_beginning(const JournalJail& jail,
                                       std::string_view cursor,
                                       std::uint64_t micros);

/// The jail that begins earliest in the journal: the clock may have been set back between two
/// beginnings. nullptr: there are none.
[[nodiscard]] const JournalJail* earliest(const std::vector<JournalJail>& jails);

/// From the place that is kept, but never from before now - findtime.
[[nodiscard]] JournalJail beginning_of(const JournalWish& wish,
                                       const std::vector<JailPlace>& kept,
                                       ban::Instant now);

/// The terms of all jails as sets FIELD=value, joined with OR, and journald's word that it dropped
/// lines. None: everything is read, because a jail wants it.
[[nodiscard]] std::vector<std::vector<std::string>> all_terms(
    const std::vector<JournalJail>& jails);

}  // namespace spranga::guard
