// Names and offsets of zones as fail2ban knows them: "Z", "CEST", "UTC+0200", "-05:30". Each name
// is one fixed offset, without summer time.
#pragma once

#include <optional>
#include <string_view>

namespace spranga::guard {

enum class ZoneNameProblem {
  none,
  malformed,  // fail2ban: an impossible date
  unknown,    // it looks like a name but is in no table: fail2ban stumbles
};

struct NamedOffset {
  int minutes{0};  // east of Greenwich
  ZoneNameProblem problem{ZoneNameProblem::none};
};

/// "" is UTC, as in fail2ban.
[[nodiscard]] NamedOffset read_zone_name(std::string_view text);

}  // namespace spranga::guard
