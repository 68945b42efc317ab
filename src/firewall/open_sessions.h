// OpenSessions: ends what a banned peer still has open at this host's servers (SOCK_DESTROY), so
// that no server process waits for somebody who cannot be heard any more. Rules alone end a session
// only when one end sends something.
//
// Only connections that came in: those whose port here is one of the door's and has a listener, and
// that are no attempt of ours. A connection that this host began has a port that the kernel chose,
// and it chooses none that is bound for listening; so deliveries to a banned address go on, also
// where a door shuts every port. Sessions inside containers are out of reach from here: the rules
// see to them.
//
// To walk over all sockets takes milliseconds: a thread does it, one walk serves all who were
// banned meanwhile, and between walks it rests, so that in a storm most of the time is left to
// bans.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "firewall/firewall.h"
#include "firewall/network.h"
#include "firewall/tcp_sockets.h"

namespace spranga::firewall {

/// Ports of ours; none: all that are listened on. Those of a storm are of few doors and share them.
using DoorPorts = std::shared_ptr<const std::vector<PortRange>>;

/// Whose sessions end, and on which ports; never without any.
struct Condemned {
  Network peer;
  DoorPorts ports;
};

/// Who is condemned, made for asking often.
class CondemnedPeers {
public:
  /// `all` outlives it.
  explicit CondemnedPeers(std::span<const Condemned> all);

  [[nodiscard]] bool has(const net::Address& peer, std::uint16_t port) const;

private:
  std::map<std::uint8_t, std::vector<const Condemned*>> by_prefix_;  // sorted by their addresses
};

/// The kernel's filter for sockets whose peer is one of these; "" where there are too many for one:
/// then all are to be looked at.
[[nodiscard]] std::string peer_filter(std::span<const Condemned> all);

class OpenSessions {
public:
  /// Asks the kernel at once what it can do.
  explicit OpenSessions(TcpSockets sockets);
  ~OpenSessions();

  OpenSessions(const OpenSessions&) = delete;
  OpenSessions& operator=(const OpenSessions&) = delete;
  OpenSessions(OpenSessions&&) = delete;
  OpenSessions& operator=(OpenSessions&&) = delete;

  /// Soon; never waits. Beyond most_waiting the rules alone must do.
  void end(std::vector<Condemned> condemned);

  /// What of it this kernel cannot do, so that no session ends: "" = nothing.
  [[nodiscard]] const std::string& lacking() const { return lacking_; }

  static constexpr std::size_t most_waiting = 50'000;

private:
  void work();
  void sweep(const std::vector<Condemned>& all);
  [[nodiscard]] std::set<std::uint16_t> listening_ports();

  TcpSockets sockets_;
  const std::string lacking_;
  std::mutex mutex_;  // of the two below
  std::vector<Condemned> waiting_;
  bool ends_{false};
  std::condition_variable changed_;
  std::thread worker_;
};

}  // namespace spranga::firewall
