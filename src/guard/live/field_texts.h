// What a filter's named groups caught, as actions and ignorecommand get it: <F-USER> and friends.
#pragma once

#include <map>
#include <string>

#include "ban/sighting.h"

namespace spranga::guard {

/// All fields as text; of several values those stand one after the other.
[[nodiscard]] std::map<std::string, std::string> field_texts(const ban::Sighting& sighting);

}  // namespace spranga::guard
