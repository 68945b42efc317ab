// Python scripts among the actions. spranga runs no Python: the one that fail2ban brings, smtp.py,
// is understood and done by our own mail; others are refused by name.
#pragma once

#include <optional>
#include <string>

#include "ban/action_spec.h"
#include "base/result.h"

namespace spranga::guard::actions {

/// The parameters of smtp.py with its defaults.
struct SmtpScript {
  std::string host{"localhost"};    // HOST or HOST:PORT
  std::optional<std::string> user;  // none: no login
  std::string password;
  std::string sendername{"Fail2Ban"};
  std::string sender{"fail2ban"};
  std::string dest{"root"};  // addresses, with commas between them
  /// Which lines the mail about a ban holds: matches, ipmatches, ipjailmatches; "" = none.
  std::string matches;
};

/// Errc::not_found: another script; Errc::malformed: smtp.py with a parameter that it does not
/// have. The error names the file.
[[nodiscard]] Result<SmtpScript> script_of(const ban::ActionSpec& spec);

}  // namespace spranga::guard::actions
