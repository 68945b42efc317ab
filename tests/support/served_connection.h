// ServedConnection: one connection of a ScriptedServer, from greeting to close.
#pragma once

#include "tests/support/scripted_server.h"

namespace spranga::test {

/// How long a thread of the server waits before it looks whether the test is over.
inline constexpr Milliseconds looking_up{2};

class ServedConnection {
public:
  ServedConnection(ScriptedServer& server,
                   const Script& script,
                   int port,
                   int number,
                   net::TcpTransport& transport);

  void run();

private:
  enum class Mode { commands, message, secret };

  bool greet();
  bool shake_hands();
  bool read();
  bool answer_lines();
  bool answer(const std::string& line);
  bool carry_out(const Answer& answer);
  bool write(const std::string& bytes);
  bool cross_to_tls(const std::string& bytes);
  [[nodiscard]] std::optional<Answer> overridden(const std::string& command) const;
  Answer decent(const std::string& line);
  Answer ehlo();
  Answer auth(const std::string& upper);
  Answer secret(const std::string& line);
  Answer mail(const std::string& line);
  Answer rcpt(const std::string& line);
  Answer end_of_message();
  [[nodiscard]] bool implicit_tls() const;
  [[nodiscard]] bool takes_auth() const;

  ScriptedServer& server_;
  const Script& script_;
  net::TcpTransport& transport_;
  Dialogue dialogue_;
  Mode mode_{Mode::commands};
  std::string buffer_;
  std::string late_;       // answer to an injected command, held back
  std::string mechanism_;  // whose secret is awaited
  std::string login_user_;
};

}  // namespace spranga::test
