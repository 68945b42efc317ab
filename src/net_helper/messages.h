// Messages: what the guard asks of the net helper, and the answers. Whoever receives one checks it:
// a request that was made up by a guard that somebody has taken over must not become a command of
// SMTP.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace spranga::net_helper {

/// How the way to the mail server is protected.
enum class Tls : std::uint8_t {
  automatic,      // port 465: implicit; to this machine: opportunistic; else starttls
  starttls,       // must succeed, with a certificate that fits
  implicit,       // from the first byte, with a certificate that fits
  opportunistic,  // if the server offers it, whatever its certificate; no password but at home
  none,           // only to this machine
};

/// One mail, and who takes it. `password` must not be logged.
struct Mail {
  std::string server;  // a host name or an address
  std::uint16_t port{25};
  Tls tls{Tls::automatic};
  std::string ca_file;  // of the authorities that are believed; "" = this system's
  std::string helo;     // what we call ourselves; "" = localhost
  std::string user;     // "" = without a login
  std::string password;
  std::string sender;  // "" = the null sender
  std::vector<std::string> recipients;
  std::string message;  // RFC 5322, lines ending in CR LF
};

struct Request {
  enum class What : std::uint8_t {
    addresses,  // of the name `text`
    names,      // of the address `text`
    mail,       // `text` is the asker's own
  };

  std::uint64_t number{0};  // given back in the answer
  What what{What::addresses};
  std::string text;
  std::chrono::milliseconds timeout{5000};
  Mail mail;  // of What::mail
};

/// A recipient whom the server did not take, while it took the mail for others.
struct Refused {
  std::string recipient;
  std::string words;  // the server's, escaped
  bool for_good{false};
};

struct Answer {
  std::uint64_t number{0};
  Errc code{};
  std::string error;     // "" = done; the server's words in it are escaped
  bool for_good{false};  // the server said so (5xx): the same mail will not pass later either
  std::vector<std::string> texts;  // addresses or names; empty and no error: there are none
  std::vector<Refused> refused;
};

// Limits. What goes beyond them is refused on receipt.
constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_mailbox = 320;
constexpr std::size_t longest_secret = 512;
constexpr std::size_t longest_path = 255;
constexpr std::size_t most_recipients = 50;
constexpr std::size_t largest_mail = 96UL * 1024;
constexpr std::size_t longest_mail_line = 998;  // RFC 5322 §2.1.1
constexpr std::size_t most_texts = 100;
constexpr std::size_t longest_error = 1000;
constexpr std::chrono::milliseconds least_timeout{10};
constexpr std::chrono::milliseconds longest_timeout{120'000};

/// What may stand in RCPT TO:<…>: printable ASCII without blanks and angle brackets.
[[nodiscard]] bool is_mailbox(std::string_view text);

/// Errc::malformed or too_large says what of it may not be asked.
[[nodiscard]] Result<void> check(const Request& request);

[[nodiscard]] std::string pack(const Request& request);
[[nodiscard]] std::string pack(const Answer& answer);

/// Read and checked.
[[nodiscard]] Result<Request> read_request(std::string_view bytes);
[[nodiscard]] Result<Answer> read_answer(std::string_view bytes);

}  // namespace spranga::net_helper
