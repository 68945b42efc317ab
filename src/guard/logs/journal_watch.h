// JournalWatch: the journal as it grows, one reader for all jails. Their matches are joined with
// OR; which jail an entry is for is decided again here, so that one jail's match never feeds
// another.
//
// journald tells late of what it wrote (up to 250 ms: it holds its wake-ups back), but what it
// wrote can be read at once. So after an entry the journal is asked every 3 ms for some seconds,
// and every 50 ms when it has been quiet: an attack's first line may come 50 ms late, its others do
// not. Each asking costs a look at the end of every journal file.
//
// Where several files grow beside one another (journalflags with the users' journals, journalpath,
// journalfiles, the journal of a container beside this machine's) an entry is read 50 ms after it
// was written: libsystemd passes over what comes to one file while it reads another. The system's
// own journal grows at one end.
//
// The start follows a rule that was paid for: a position is taken before matches are added, since
// seeking the end with a match that has no entry yet loses the first ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "guard/logs/journal_jail.h"
#include "guard/logs/journal_options.h"
#include "guard/logs/journal_sieve.h"
#include "guard/logs/live_source.h"

namespace spranga::guard {

class JournalWatch : public LiveSource {
public:
  /// From the places that are kept, but never from before now - findtime. At a reload another is
  /// made from the positions() of this one. Errc::denied: there are journals, and none may be read;
  /// Errc::not_found: there are none.
  [[nodiscard]] static Result<std::unique_ptr<JournalWatch>> open(
      const JournalOptions& options,
      const Clock& clock,
      const std::vector<JournalWish>& wishes,
      const std::vector<JailPlace>& kept,
      JournalSieve::Pace pace);

  [[nodiscard]] static Result<std::unique_ptr<JournalWatch>> open(
      const JournalOptions& options,
      const Clock& clock,
      const std::vector<JournalWish>& wishes,
      const std::vector<JailPlace>& kept) {
    return open(options, clock, wishes, kept, JournalSieve::Pace());
  }

  static constexpr std::chrono::milliseconds quick{3};
  static constexpr std::chrono::milliseconds calm{50};
  static constexpr std::chrono::seconds quick_for{5};      // after the last entry
  static constexpr std::chrono::milliseconds settled{50};  // an entry, where several files grow
  static constexpr std::size_t entries_a_turn = 2000;
};

/// Whether at least one journal can be read; the errors of JournalWatch::open().
[[nodiscard]] Result<void> is_journal_readable(const JournalOptions& options);

}  // namespace spranga::guard
