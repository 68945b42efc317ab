// JournalCursor: a place in the journal that can be told to be before or behind another one, also
// where the entry that it names is gone (vacuumed), and where the clock was set back in between.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spranga::guard {

/// What libsystemd writes as s=…;i=…;b=…;m=…;t=…;x=…. The names live as long as that text.
struct JournalCursor {
  std::string_view sequence;  // of which file, and of those that it was rotated to
  std::uint64_t number{0};    // there
  std::string_view boot;
  std::uint64_t monotonic_us{0};  // since then
  std::uint64_t realtime_us{0};
  std::uint64_t hash{0};  // of what is in the entry

  /// Nothing: it is none.
  [[nodiscard]] static std::optional<JournalCursor> parse(std::string_view text);
};

/// As libsystemd puts entries in order: by number where both have been written in one sequence, by
/// the clock of a boot, else by the time of day.
[[nodiscard]] std::strong_ordering in_order(const JournalCursor& one, const JournalCursor& other);

}  // namespace spranga::guard
