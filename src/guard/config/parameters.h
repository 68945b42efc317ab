// "name[option=value, other="a,b"][third='x']": how a jail names its filter and its actions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/config/traced.h"
#include "guard/config/value.h"

namespace spranga::guard::config {

struct Reference {
  std::string name;
  Section parameters;
};

/// Errors are in fail2ban's words, which -d prints.
[[nodiscard]] Result<Reference> parse_reference(std::string_view text, const Place& place);

/// The actions of a jail, one piece each, with where it was written: blanks and line ends divide
/// them, but not inside brackets.
[[nodiscard]] Result<std::vector<Traced>> split_references(const Traced& text);

}  // namespace spranga::guard::config
