// GuardedServer: a mail server with a guard, in virtual time and without sockets. It judges logins,
// counts the failures of each client, and shuts the door in one of the ways that real guards do.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "knock/pause.h"
#include "net/transport.h"
#include "tests/support/manual_clock.h"

namespace spranga::test {

/// Lets the clock run instead of waiting.
class VirtualPause final : public knock::Pause {
public:
  explicit VirtualPause(ManualClock& clock) : clock_(clock) {}

  void until(SteadyTime when) override { clock_.advance_to(when); }

private:
  ManualClock& clock_;
};

/// How a door is shut.
enum class Shutting { refuse, reset, drop, close, hang, say_421, say_450, withdraw_auth };

struct GuardRules {
  int ban_after{0};  // failed logins; 0 = no guard
  Shutting how{Shutting::refuse};
  Milliseconds lag{0};  // between the failure and the ban
  Milliseconds lasts{std::chrono::hours(4)};
  bool renewed{false};          // by each connection attempt, as "recent --update" does
  bool counts_temporary{true};  // do answers with a 4xx count?
  std::set<int> ports{25, 465, 587};
};

class GuardedServer {
public:
  explicit GuardedServer(ManualClock& clock) : clock_(clock) {}

  GuardRules guard;
  std::set<int> open{25, 465, 587, 993, 22};
  std::set<int> implicit_tls{465};
  std::string mechanisms{"PLAIN LOGIN"};
  std::string goodbye{"421 4.7.0 go away"};  // to whom the guard shuts out so
  bool good_certificate{true};
  std::optional<SteadyTime> dies_at;        // no port answers any more
  std::optional<SteadyTime> mail_stops_at;  // its mail ports refuse, the others go on
  /// What LOGIN's user is refused with, before there is a password; "": he is not.
  std::function<std::string()> at_user;
  /// How long the answer to a client's n-th failure takes (from 1), and what it is.
  std::function<Milliseconds(int failure)> delay{[](int) { return Milliseconds(20); }};
  std::function<std::string(int failure, const std::string& user)> verdict{
      [](int, const std::string&) { return std::string("535 5.7.8 authentication failed"); }};

  /// The server as the client with this address reaches it.
  [[nodiscard]] net::Dialer& from(const std::string& client);

  struct Login {
    std::string client;
    std::string mechanism;
    std::string user;
    std::string password;
    bool tls{false};
    SteadyTime at;
  };

  [[nodiscard]] const std::vector<Login>& logins() const { return logins_; }

  [[nodiscard]] int connections() const { return connections_; }

private:
  friend class GuardedClient;
  friend class GuardedConnection;

  struct Ban {
    SteadyTime from;
    SteadyTime to;
  };

  [[nodiscard]] bool banned(const std::string& client, int port);
  [[nodiscard]] bool is_up(int port) const;
  std::string judge(const Login& login, Milliseconds& delay);

  ManualClock& clock_;
  std::map<std::string, std::unique_ptr<net::Dialer>> clients_;
  std::map<std::string, Ban> bans_;
  std::map<std::string, int> failures_;
  std::map<std::string, int> counted_;
  std::vector<Login> logins_;
  int connections_{0};
};

}  // namespace spranga::test
