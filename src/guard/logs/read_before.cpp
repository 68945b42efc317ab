#include "guard/logs/read_before.h"

#include "guard/logs/journal_cursor.h"

namespace spranga::guard {

/// What of different files has one time is in no order that lasts (libsystemd: by its hash), so it
/// is known one by one.
void ReadBefore::remember(const LogPlace& place) {
  if (place.at != last_.at) {
    then_.clear();
  }
  then_.insert(place.cursor);
  last_ = place;
}

bool ReadBefore::holds(const LogPlace& place) {
  if (place.at == last_.at) {
    return then_.contains(place.cursor);
  }
  const auto entry = JournalCursor::parse(place.cursor);
  const auto last = JournalCursor::parse(last_.cursor);
  is_behind_ = !entry || !last || in_order(*entry, *last) > 0;
  return !is_behind_;
}

}  // namespace spranga::guard
