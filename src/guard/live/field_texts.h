// What a filter's named groups caught, as actions and ignorecommand get it: <F-USER> and friends.
#pragma once

#include <map>
#include <string>

#include "ban/sighting.h"

namespace spranga::guard {

/// All fields as text; of several values those stand one after the other.
[[nodiscard]] std::map<std::string, std::string> field_texts(const ban::Sighting& sighting);

/// The same without what a server's log may have a password in: where one was hidden from the lines
/// (credentials.h), only what these still show. For what is kept on disk.
[[nodiscard]] std::map<std::string, std::string> kept_field_texts(const ban::Sighting& sighting);

}  // namespace spranga::guard
