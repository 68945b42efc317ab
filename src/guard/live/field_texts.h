// What a filter's named groups caught, as actions and ignorecommand get it: <F-USER> and friends.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ban/sighting.h"

namespace spranga::guard {

/// All fields as text; of several values those stand one after the other.
[[nodiscard]] std::map<std::string, std::string> field_texts(const ban::Sighting& sighting);

/// Whether one of the lines holds this.
[[nodiscard]] bool is_shown(std::string_view text, const std::vector<std::string>& lines);

/// Those that actions ask for, without what a server's log may have a password in: where one was
/// hidden from the lines (credentials.h), and of a session, whose other lines are not at hand, only
/// what the ban's `lines` or its own still show. For what is kept on disk.
[[nodiscard]] std::map<std::string, std::string> kept_field_texts(
    const ban::Sighting& sighting, const std::vector<std::string>& lines);

}  // namespace spranga::guard
