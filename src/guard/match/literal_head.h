// What every text begins with that an anchored expression matches: looked at before the engine is
// asked, because most of a filter's expressions begin with ^ and a word, and most lines with none.
#pragma once

#include <string>
#include <string_view>

namespace spranga::guard {

/// `expression`: Python's dialect, tags expanded, no re.MULTILINE. "" where it is not anchored,
/// where alternatives stand beside the anchor, or where it begins with anything but plain
/// characters.
[[nodiscard]] std::string literal_head(std::string_view expression);

}  // namespace spranga::guard
