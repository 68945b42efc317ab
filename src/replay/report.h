// What a replay found, for a busy admin and for programs.
#pragma once

#include <string>

#include "replay/replay.h"

namespace spranga::replay {

struct ReplayTimes {
  double elapsed_s{0};
  double cpu_s{0};
};

/// Longest list of bans in the text.
inline constexpr std::size_t most_rows = 200;

[[nodiscard]] std::string text_report(const ReplayResult& result, bool innocents);

/// One object: lines, sightings, bans (jail, address, time, until), innocents (those and logins),
/// elapsed_s, cpu_s. Times are seconds since 1970, until is null for good.
[[nodiscard]] std::string json_report(const ReplayResult& result,
                                      bool innocents,
                                      const ReplayTimes& times);

/// What went wrong or was left out, a sentence each, for standard error.
[[nodiscard]] std::vector<std::string> notes_of(const ReplayResult& result);

/// Whether something of what was asked for could not be done: a jail, or a file.
[[nodiscard]] bool is_incomplete(const ReplayResult& result);

/// "2026-11-24 20:15:41", local time.
[[nodiscard]] std::string local_time(ban::Instant at);

/// "10 min", "3 h", "2 d".
[[nodiscard]] std::string length_text(std::chrono::seconds length);

}  // namespace spranga::replay
