// The tags of the moment, put into a command: <ip>, <matches>, <F-USER>.
//
// A client decides what stands in them. So a value goes into the command's text only where it can
// mean nothing but itself; any other becomes a variable that the shell sets from its arguments,
// and the text holds `$f2bV_NAME`. A value is never searched for tags.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "action_runner/values.h"

namespace spranga::action_runner {

/// What /bin/sh -c is given: the text, then $0, $1, …
struct Command {
  std::string text;
  std::vector<std::string> arguments;

  [[nodiscard]] bool operator==(const Command&) const = default;
};

/// As fail2ban's log shows it: the text, or Python's list of text and arguments.
[[nodiscard]] std::string to_log_text(const Command& command);

/// What a tag stands for that no value has: <br>, <sp>, the host's names.
using Additional = std::function<std::optional<std::string>(std::string_view tag)>;

[[nodiscard]] Command with_values(std::string_view text,
                                  const Values& values,
                                  const Additional& additional);

/// Only the family, for actioncheck and actionrepair. <F-…> becomes nothing, as in fail2ban.
[[nodiscard]] std::string with_family(std::string_view text,
                                      const guard::actions::Family& family,
                                      const Additional& additional);

}  // namespace spranga::action_runner
