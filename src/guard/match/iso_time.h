// IsoTime: local time as Python's datetime.isoformat() writes it, before an entry of the journal.
#pragma once

#include <chrono>
#include <string>

#include "ban/instant.h"
#include "guard/dates/zone.h"

namespace spranga::guard {

/// Entries come many in a second, so most of a time is that of the one before. One zone each.
class IsoTime {
public:
  /// "2026-11-25T10:00:01", and ".000123" behind it where the second is not whole; in place of what
  /// `out` holds.
  void write(ban::Instant at, const Zone& zone, std::string& out);

private:
  std::chrono::sys_seconds second_;
  std::string text_;  // of that second; "": none yet
};

}  // namespace spranga::guard
