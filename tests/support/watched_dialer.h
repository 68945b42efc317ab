// WatchedDialer: counts the connections that are open at once, and shuts the door when told to.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "net/transport.h"

namespace spranga::test {

class WatchedDialer final : public net::Dialer {
public:
  /// Asked before each connection with the port and the number of connections so far; a code
  /// refuses it.
  using Guard = std::function<std::optional<Errc>(int port, int so_far)>;

  WatchedDialer(net::Dialer& through, Guard guard) : through_(through), guard_(std::move(guard)) {}

  [[nodiscard]] Result<std::unique_ptr<net::Transport>> connect(const net::Endpoint& to,
                                                                SteadyTime deadline) override;

  [[nodiscard]] int most_at_once() const { return most_; }

  [[nodiscard]] int connections() const { return total_; }

private:
  friend class WatchedTransport;

  net::Dialer& through_;
  Guard guard_;
  std::atomic<int> total_{0};
  std::atomic<int> open_{0};
  std::atomic<int> most_{0};
};

}  // namespace spranga::test
