// Passwords that a mail server wrote into its log: what spranga shows or keeps of a line is without
// them. Expressions still see the whole line.
#pragma once

#include <string>
#include <string_view>

namespace spranga::guard {

/// What stands in place of one.
inline constexpr std::string_view hidden_credential = "***";

/// `line` with "***" in place of
/// - what follows AUTH and a SASL mechanism (Exim, OpenSMTPD and Postfix quote a refused command);
/// - a quoted command that begins with no verb of SMTP or HTTP: a client that goes on after a
///   refused AUTH LOGIN sends user and password as commands. Where a server quotes what else came
///   in (PREGREET, pipelining, input="..."), each line of that;
/// - Sendmail's AUTH that is no base64, and the user of its AUTH LOGIN with an empty name, which is
///   the password;
/// - Dovecot's "given password: ..." (auth_verbose_passwords), resp= and pass=
///   (auth_debug_passwords).
/// Takes time in proportion to the line.
[[nodiscard]] std::string hide_credentials(std::string_view line);

}  // namespace spranga::guard
