// Sendmail: the owner's mail, handed to this system's mailer: a program with arguments, never a
// shell. The guard says what, and the plan from whom and to whom: who has taken over the guard can
// write to nobody else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "action_runner/request.h"
#include "base/result.h"

namespace spranga::action_runner {

struct Letter {
  std::uint64_t order{0};
  std::vector<std::string> words;  // program and arguments
  std::string message;
};

/// Errc::denied: somebody whom the plan does not name; Errc::malformed, too_large: no mail.
[[nodiscard]] Result<Letter> letter_of(const MailPlan& plan, const Request& request);

/// Waits until the mailer has taken it, for a minute at most.
[[nodiscard]] Reply hand_over(const Letter& letter);

constexpr std::size_t largest_letter = 100UL * 1024;

}  // namespace spranga::action_runner
