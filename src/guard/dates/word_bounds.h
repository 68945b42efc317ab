// Where a date may begin and end: the bounds that fail2ban puts around a date's expression, and the
// marks by which a pattern refuses them.
#pragma once

#include <string>
#include <string_view>

namespace spranga::guard {

inline constexpr std::string_view unbound_mark = "{UNB}";
inline constexpr std::string_view line_begin_mark = "{^LN-BEG}";

enum class BeginBound {
  none,
  word,
  line,  // two characters that are no word's may come before
};

struct Bounds {
  BeginBound begin{BeginBound::word};
  bool end_of_word{true};
};

struct BoundRegex {
  std::string regex;  // with one group around what is cut out, at least
  bool line_begin{false};
  bool line_end{false};
  bool got_line_begin{false};  // by `bounds`, not by the expression's own ^
};

/// Global flags such as (?i) come to the front, ** at an end goes away and takes the bound along.
[[nodiscard]] BoundRegex add_bounds(std::string_view expression, Bounds bounds);

/// A pattern as it is put into another one: without marks and bounds.
[[nodiscard]] std::string_view without_bounds(std::string_view pattern);

}  // namespace spranga::guard
