// Service: the listening end of the control socket with all its clients. One descriptor to watch;
// when it is readable, or a deadline has come, serve() does what can be done at once and gives the
// requests that are whole. Nothing waits.
//
// There are never more clients than `most_clients`: for a new one the one goes that has been silent
// longest. A flood costs accepts and closes, and no more of them a turn than `most_accepts`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "guard/control/connection.h"
#include "guard/control/server.h"
#include "guard/pickle/value.h"

namespace spranga::guard::control {

class Service {
public:
  using ClientId = std::uint64_t;

  struct Request {
    ClientId client{0};
    Peer peer;
    pickle::Value command;
  };

  /// `listener` is bound and listens; it becomes non-blocking.
  [[nodiscard]] static Result<Service> make(Fd listener, const ConnectionLimits& limits = {});

  /// Readable when serve() has something to do.
  [[nodiscard]] int fd() const { return epoll_.get(); }

  /// Each request must be answered once, by reply() or take().
  [[nodiscard]] std::vector<Request> serve(SteadyTime now);

  /// Sends (or goes on sending by itself) the value, as fail2ban's (0, VALUE) or (1, EXCEPTION), at
  /// `at`. A client that is gone is no error.
  void reply(ClientId client, const pickle::Value& value, SteadyTime now, SteadyTime at = {});

  /// Hands the client's socket to another process: for the verbs that the warden serves.
  [[nodiscard]] std::optional<Fd> take(ClientId client);

  /// When serve() has something to do though nothing is readable.
  [[nodiscard]] std::optional<SteadyTime> next_deadline() const;

  [[nodiscard]] std::size_t clients() const { return clients_.size(); }

  /// Bytes that were no pickle, since the last question: for the log.
  [[nodiscard]] std::vector<std::string> take_complaints();

  static constexpr std::size_t most_clients = 64;
  static constexpr int most_accepts = 64;
  static constexpr std::size_t most_complaints = 16;

private:
  struct Client {
    Fd fd;
    Peer peer;
    Connection connection;
    std::string held;  // a reply that waits for its time
    SteadyTime held_until;
  };

  Service(Fd epoll, Fd listener, const ConnectionLimits& limits);

  void accept_new(SteadyTime now);
  void make_room();
  void read(Client& client, SteadyTime now);
  void write(Client& client, SteadyTime now);
  void look_for_requests(ClientId id, Client& client, SteadyTime now, std::vector<Request>& out);
  void watch(ClientId id, const Client& client) const;
  void release_held(SteadyTime now);
  void drop_finished(SteadyTime now);

  Fd epoll_;
  Fd listener_;
  ConnectionLimits limits_;
  std::map<ClientId, Client> clients_;
  ClientId next_id_{1};  // 0 is the listener
  std::vector<std::string> complaints_;
};

}  // namespace spranga::guard::control
