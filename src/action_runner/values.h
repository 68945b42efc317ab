// The values of one ticket as commands see them: checked, completed by what follows from the
// address, with fail2ban's defaults for what was not told.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "action_runner/request.h"
#include "base/result.h"
#include "guard/actions/properties.h"

namespace spranga::action_runner {

struct Values {
  guard::actions::Family family;
  Tags tags;
  Tags fields;

  /// nullopt: no value has this name.
  [[nodiscard]] std::optional<std::string> tag(std::string_view name) const;

  /// Of <F-NAME>; "" where the ticket has none.
  [[nodiscard]] std::string field(std::string_view name) const;
};

/// Errc::malformed: a value that is not what its tag stands for; Errc::too_large.
[[nodiscard]] Result<Values> checked_values(const Tags& tags, const Tags& fields);

/// Of no ticket, as fail2ban makes them for actionstart and its like. `time`: now, in seconds.
[[nodiscard]] Values empty_values(const guard::actions::Family& family,
                                  double time,
                                  std::chrono::seconds bantime);

/// The family of an address or a network; "None" of an id.
[[nodiscard]] guard::actions::Family family_of(std::string_view id);

constexpr std::size_t longest_value = 100UL * 1024;
constexpr std::size_t longest_id = 1024;
constexpr std::size_t most_fields = 100;

}  // namespace spranga::action_runner
