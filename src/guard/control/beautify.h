// What fail2ban-client prints of a reply, byte for byte: programs read it.
#pragma once

#include <string>
#include <vector>

#include "guard/pickle/value.h"

namespace spranga::guard::control {

struct Beautified {
  std::string text;    // for standard output, without the newline at its end
  bool failed{false};  // the reply is not of the kind that the verb promises; fail2ban says so too
};

/// `command` are its words, the verb first; `reply` is the value of a reply that succeeded.
[[nodiscard]] Beautified beautify(const std::vector<pickle::Value>& command,
                                  const pickle::Value& reply);

/// The same for an exception.
[[nodiscard]] std::string beautify_error(const pickle::Value& exception);

}  // namespace spranga::guard::control
