// LoginLine: a line by which a mail server or sshd says that somebody logged in. Whatever the
// filters are, bans are held against these.
//
// The forms were taken from recorded logs. Each is anchored at the place where the server writes
// the address: text that a client chose (a user, a HELO name, a sender, a subject) stands behind
// it, or is skipped as what it is, and is never read as one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace spranga::replay {

struct Login {
  std::string address;  // canonical text
  std::string user;     // as the server wrote it: hostile bytes included
};

class LoginReader {
public:
  /// Lines of one log in their order: OpenSMTPD names the address when a session begins and the
  /// login later.
  [[nodiscard]] std::optional<Login> read(std::string_view line);

  /// Sessions of OpenSMTPD that are remembered.
  static constexpr std::size_t max_sessions = 20'000;

private:
  [[nodiscard]] std::optional<Login> read_opensmtpd(std::string_view message);

  std::unordered_map<std::string, std::string> sessions_;      // id → address
  std::unordered_map<std::string, std::string> old_sessions_;  // those of before, until it is full
};

}  // namespace spranga::replay
