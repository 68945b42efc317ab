// Surroundings: whom no ban may ever hit: this machine, its gateways, its resolvers, and whoever
// sits in front of a root shell right now. Read from /proc and two files, since the guard may not
// open sockets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "guard/judge/network.h"
#include "net/address.h"

namespace spranga::daemon {

/// Local addresses in the text of /proc/net/fib_trie: those marked "host LOCAL".
[[nodiscard]] std::vector<net::Address> addresses_in_fib_trie(std::string_view text);
/// Of /proc/net/if_inet6.
[[nodiscard]] std::vector<net::Address> addresses_in_if_inet6(std::string_view text);
/// Gateways in /proc/net/route and /proc/net/ipv6_route.
[[nodiscard]] std::vector<net::Address> gateways_in_route(std::string_view text);
[[nodiscard]] std::vector<net::Address> gateways_in_ipv6_route(std::string_view text);
/// nameserver lines of resolv.conf.
[[nodiscard]] std::vector<net::Address> resolvers_in(std::string_view resolv_conf);
/// From where root is logged in, in the bytes of utmp.
[[nodiscard]] std::vector<net::Address> root_peers_in(std::string_view utmp);

class Surroundings {
public:
  /// `root`: the file system's root, "" for the real one.
  [[nodiscard]] static Surroundings look(const std::string& root,
                                         const std::vector<guard::Network>& never);

  /// Why a target may not be banned ("this machine", "the gateway"); "" = it may. An id that is no
  /// address may.
  [[nodiscard]] std::string why_not(const std::string& target) const;

  [[nodiscard]] const std::vector<net::Address>& own() const { return own_; }

  /// All of it, for the firewall process, which checks again.
  [[nodiscard]] std::vector<guard::Network> all() const;

  [[nodiscard]] bool operator==(const Surroundings&) const = default;

private:
  struct Kept {
    guard::Network network;
    std::string what;
    [[nodiscard]] bool operator==(const Kept&) const = default;
  };

  std::vector<net::Address> own_;
  std::vector<Kept> kept_;
};

}  // namespace spranga::daemon
