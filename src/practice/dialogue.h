// One SMTP session as the practice server holds it: a line in, a reply out. No I/O. Weak as many
// real servers are, or hardened; each difference is a member of Weaknesses.
#pragma once

#include <string>
#include <string_view>

namespace spranga::practice {

/// false everywhere = hardened.
struct Weaknesses {
  bool clear_auth{false};         // AUTH offered and taken without TLS
  bool any_sender{false};         // a login may use any envelope sender
  bool old_tls{false};            // TLS 1.0 and 1.1 (the server's business, not the dialogue's)
  bool starttls_optional{false};  // 587 goes on without STARTTLS
  bool no_guard{false};           // wrong passwords have no end (the server's business, too)
};

/// Port 25 takes mail for the domain from strangers; 587 and 465 from logins only.
enum class Service { smtp, submission, submissions };

struct Mailbox {
  std::string host{"mail.example.test"};
  std::string domain{"example.test"};
  std::string user{"alice"};
  std::string password;
};

/// What the connection does after a reply.
enum class Next { read, start_tls, close };

struct Answer {
  std::string text;  // whole reply with CRLF
  Next next{Next::read};
};

class Dialogue {
public:
  Dialogue(const Weaknesses& weaknesses, Service service, const Mailbox& mailbox)
      : weaknesses_(weaknesses),
        service_(service),
        mailbox_(mailbox),
        secure_(service == Service::submissions) {}

  [[nodiscard]] std::string greeting() const;

  /// One line of the client without CRLF.
  [[nodiscard]] Answer answer(std::string_view line);

  /// The TLS handshake is done: everything that was said before is forgotten (RFC 3207 §4.2).
  void secured();

private:
  [[nodiscard]] std::string ehlo() const;
  [[nodiscard]] Answer auth(std::string_view arguments);
  [[nodiscard]] Answer check_login(std::string_view response);
  [[nodiscard]] Answer mail(std::string_view path);
  [[nodiscard]] Answer rcpt(std::string_view path);
  [[nodiscard]] Answer body(std::string_view line);

  [[nodiscard]] bool may_auth() const {
    return service_ != Service::smtp && (secure_ || weaknesses_.clear_auth);
  }

  Weaknesses weaknesses_;
  Service service_;
  Mailbox mailbox_;
  bool secure_{false};
  bool greeted_{false};
  bool logged_in_{false};
  bool awaiting_response_{false};
  bool in_message_{false};
  bool sender_given_{false};
  int recipients_{0};
};

}  // namespace spranga::practice
