// `why` and `why-not`: one address through old logs, told to a person.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "replay/replay.h"

namespace spranga::replay {

struct WhyResult {
  std::string text;
  bool banned{false};
  bool named{false};  // some line names the address
  ReplayResult replayed;
};

/// The lines that count against `address`, by which rule and how far, and the verdict.
[[nodiscard]] WhyResult tell_why(const std::string& address,
                                 const std::vector<ban::JailSpec>& jails,
                                 const ReplayOptions& options,
                                 ReplayWatch watch);

/// The line that came closest to a ban, and what it lacked.
[[nodiscard]] WhyResult tell_why_not(const std::string& address,
                                     const std::vector<ban::JailSpec>& jails,
                                     const ReplayOptions& options,
                                     ReplayWatch watch);

}  // namespace spranga::replay
