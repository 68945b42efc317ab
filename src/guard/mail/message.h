// Message: a mail as bytes (RFC 5322, MIME), the same for a server and for `sendmail -t -oi`.
//
// Nothing that came from outside can become a header: addresses, names and subjects of more than
// one line are refused, bodies are encoded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ban/instant.h"
#include "base/result.h"

namespace spranga::guard::mail {

struct Draft {
  std::string sender;       // an address
  std::string sender_name;  // "" = none
  std::vector<std::string> recipients;
  std::string subject;  // UTF-8
  std::string body;     // UTF-8, lines ending in \n
  ban::Instant date;
  std::string id;  // of Message-ID, without the angle brackets
};

/// Lines end in CR LF, all is ASCII, no line is longer than 78 bytes (an address may be). Errc::
/// malformed: an address that is none, or a header of more than one line.
[[nodiscard]] Result<std::string> compose(const Draft& draft);

/// Whether it may stand between angle brackets: printable ASCII without blanks, commas and
/// brackets. "root" is one.
[[nodiscard]] bool is_mailbox(std::string_view text);

/// "Sun, 29 Nov 2026 01:49:03 +0000"
[[nodiscard]] std::string date_text(ban::Instant at);

/// RFC 2045 §6.7, lines of at most 76 characters ending in CR LF.
[[nodiscard]] std::string quoted_printable(std::string_view text);

}  // namespace spranga::guard::mail
