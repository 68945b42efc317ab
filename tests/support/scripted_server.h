// ScriptedServer: a real SMTP server on loopback, in threads, that does what a test tells it.
// Without overrides it is a decent server: STARTTLS on 25 and 587, TLS at once on 465, logins only
// over TLS on 587 and 465, senders bound to their login, no relaying. Its host is mail.example.org,
// its domain example.org, its user bob@example.org.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "net/listener.h"

namespace spranga::test {

inline constexpr std::string_view user = "bob@example.org";
inline constexpr std::string_view password = "correct horse battery";

/// What the server knows of one connection when a command arrives.
struct Dialogue {
  int port{0};        // 25, 465 or 587, as the client means it
  int connection{0};  // counted from 1 on that port
  int replies{0};     // given so far
  bool tls{false};
  bool logged_in{false};
  std::optional<std::string> sender;
  int recipients{0};
  std::string line;  // the command, without CRLF
};

/// What it does then.
struct Answer {
  enum class Then { go_on, close, start_tls, take_message, take_secret };

  std::string bytes;
  Then then{Then::go_on};
};

[[nodiscard]] Answer say(const std::string& line);
[[nodiscard]] Answer raw(std::string bytes);
[[nodiscard]] Answer hang_up(const std::string& last_words = "");
[[nodiscard]] Answer go_ahead();  // 354, and the message is read

/// nullopt: as a decent server would.
using Handler = std::function<std::optional<Answer>(const Dialogue&)>;

struct Script {
  /// What happens to a command that comes in one write with STARTTLS.
  enum class Injected { discarded, executed, executed_late, answered_in_clear };

  std::vector<int> ports{25, 465, 587};
  std::vector<int> implicit_tls{465};
  std::vector<int> clear_auth{};  // ports that offer and take AUTH before TLS
  Injected injected{Injected::discarded};
  std::size_t chunk{0};               // bytes a write; 0 = all at once
  std::optional<int> closes_after{};  // replies on each connection
  SSL_CTX* tls_context{nullptr};      // nullptr: that of identity()

  /// Overrides by the start of the command in capitals; the first that fits and answers wins. ""
  /// fits every command. Not commands: "(accept)" before anything, "(connect)" for the greeting,
  /// "(tls)" after a handshake, "(message)" at its end.
  std::vector<std::pair<std::string, Handler>> overrides{};

  Script& on(std::string start, Handler handler);
  Script& on(std::string start, const std::string& line);
};

/// The certificate of mail.example.org, made once a process.
[[nodiscard]] const net::ServerIdentity& identity();

/// A file with the certificate of the CA that signed it.
[[nodiscard]] const std::string& ca_file();

class ScriptedServer {
public:
  explicit ScriptedServer(Script script);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ScriptedServer(ScriptedServer&&) = delete;
  ScriptedServer& operator=(ScriptedServer&&) = delete;
  ~ScriptedServer();

  /// Standard port → the port on loopback.
  [[nodiscard]] std::map<std::uint16_t, std::uint16_t> ports() const;

  struct Heard {
    int port{0};
    int connection{0};
    bool tls{false};
    std::string line;
  };

  /// Everything that clients said, line by line, in the order of arrival.
  [[nodiscard]] std::vector<Heard> heard() const;

  /// Lines that start so, case as sent.
  [[nodiscard]] int count(std::string_view start) const;

  /// All bytes received on all connections, TLS taken off.
  [[nodiscard]] std::string received() const;

  /// Bytes received after a 354 that were meant as a message.
  [[nodiscard]] std::size_t message_bytes() const { return message_bytes_; }

  [[nodiscard]] int connections() const { return connections_; }

private:
  friend class ServedConnection;
  void listen(int port, const net::Listener& listener);
  void serve(int port, int number, std::unique_ptr<net::TcpTransport> transport);
  void note(const Dialogue& dialogue);

  const Script script_;
  std::map<int, net::Listener> listeners_;
  std::atomic<bool> stop_{false};
  std::atomic<int> connections_{0};
  std::atomic<std::size_t> message_bytes_{0};
  mutable std::mutex mutex_;  // guards heard_ and received_
  std::vector<Heard> heard_;
  std::string received_;
  std::vector<std::jthread> threads_;
};

}  // namespace spranga::test
