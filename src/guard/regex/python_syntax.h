// Python's `re` syntax (3.11, str patterns) rewritten for PCRE2 with PCRE2_UTF and PCRE2_UCP.
//
// What Python refuses is refused, what it reads in its own way is spelled out: groups become plain
// numbered ones, classes lists of code points, \s and \w what Python's str says of them, letters
// under (?i) all that Python folds together.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/regex/regex.h"

namespace spranga::guard {

struct PythonSyntax {
  std::string pattern;             // for PCRE2
  std::vector<std::string> names;  // of groups 1…; "" = it has none
  bool ignore_case{false};         // what was set by (?i) and its like at the start
  bool multiline{false};
  bool dotall{false};
};

/// Since 10.43 PCRE2's \w and \b know combining marks and joining punctuation, which Python's do
/// not.
constexpr int pcre2_with_wide_words = 43;

/// `pcre2_minor`: of the PCRE2 10.x that will compile it.
[[nodiscard]] Result<PythonSyntax> rewrite_python_syntax(std::string_view pattern,
                                                         RegexOptions options,
                                                         int pcre2_minor);

}  // namespace spranga::guard
