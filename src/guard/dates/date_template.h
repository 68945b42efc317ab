// DateTemplate: one form of date: how it is found, how what was found is read. Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/regex/regex.h"

namespace spranga::guard {

/// Ready to search. Shared by all detectors of the program that use the same expression.
struct CompiledTemplate {
  /// A named group of one letter: a field of strptime.
  struct Field {
    int group{0};
    char letter{'\0'};
  };

  Regex regex;
  std::vector<Field> fields;  // in the order of their groups
};

class DateTemplate {
public:
  enum class Kind { pattern, epoch, long_epoch, tai64n };

  /// From a datepattern with % fields; `this_year` for %ExY.
  [[nodiscard]] static Result<std::shared_ptr<const DateTemplate>> from_pattern(
      const std::string& pattern, std::int64_t this_year);

  /// Seconds since 1970, at the line's start, behind a bracket there or in SELinux' audit(…). Long:
  /// perhaps with milli- or microseconds.
  [[nodiscard]] static std::shared_ptr<const DateTemplate> epoch(bool long_form,
                                                                 bool at_line_begin);

  /// `pattern` has {EPOCH} or {LEPOCH} in it.
  [[nodiscard]] static std::shared_ptr<const DateTemplate> epoch_within(const std::string& pattern,
                                                                        bool long_form);

  [[nodiscard]] static std::shared_ptr<const DateTemplate> tai64n(bool at_line_begin);

  /// Compiled once, at first use, for all templates with this expression.
  [[nodiscard]] Result<std::shared_ptr<const CompiledTemplate>> compile() const;

  Kind kind{Kind::pattern};
  std::string name;                    // in fail2ban's words
  std::optional<std::string> pattern;  // as it was written
  std::string regex;                   // in Python's dialect
  bool anchored{false};                // at the line's begin or end
  bool at_line_begin{false};
  int value_group{1};  // of an epoch: what is read
};

/// {EPOCH} or {LEPOCH} in any case, not behind a backslash.
[[nodiscard]] bool has_epoch_mark(std::string_view pattern);

}  // namespace spranga::guard
