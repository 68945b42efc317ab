// Passwords that a mail server wrote into its log: what spranga shows or keeps of a line is without
// them. Expressions still see the whole line.
#pragma once

#include <string>
#include <string_view>

namespace spranga::guard {

/// `line` with "***" in place of
/// - what follows AUTH and a SASL mechanism (Exim, OpenSMTPD and Postfix quote a refused command);
/// - a word of base64 that was quoted as an unknown command: the next line of an AUTH LOGIN that
/// was
///   refused, and Sendmail's AUTH that is no base64;
/// - the user of Sendmail's AUTH LOGIN with an empty name, which is the password;
/// - Dovecot's "given password: ..." (auth_verbose_passwords).
[[nodiscard]] std::string hide_credentials(std::string_view line);

}  // namespace spranga::guard
