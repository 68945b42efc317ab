// The templates of one detector: fail2ban's default ones, or those that a datepattern asks for.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "guard/dates/date_template.h"

namespace spranga::guard {

struct WeightedTemplate {
  std::shared_ptr<const DateTemplate> form;
  double weight{1.0};
  /// Made of fields and plain characters, or one of the default templates: SameShape holds for it.
  bool plain{false};
  /// Of what the administrator wrote, so that an error shows at once; else null.
  std::shared_ptr<const CompiledTemplate> compiled;
};

/// The beginning of a pattern that is made of fields and plain characters, and is in every match.
[[nodiscard]] std::string_view plain_start(std::string_view pattern);

/// In the order in which they are tried at first.
[[nodiscard]] Result<std::vector<WeightedTemplate>> list_templates(
    const std::optional<std::string>& datepattern, std::int64_t this_year);

}  // namespace spranga::guard
