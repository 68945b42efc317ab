// Firewall: the port through which the guard shuts doors, and the values that it speaks in.
//
// A Door is what is shut for whoever stands in its set: protocols and ports. Jails that shut the
// same ports share one. An Entry is one address or network in a door's set, with the time after
// which the kernel lets it go by itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/address.h"

namespace spranga::firewall {

enum class Backend : std::uint8_t {
  nftables,  // our own table, written through nfnetlink
  ipset,     // ipset through nfnetlink; the rules that use it are iptables'
};

enum class Protocols : std::uint8_t { tcp, udp, both, all };

/// What a banned client gets.
enum class Verdict : std::uint8_t {
  standard,  // new and open TCP connections are reset, the rest is refused by ICMP
  reset,
  reject,  // ICMP for all
  drop,
};

struct PortRange {
  std::uint16_t first{0};
  std::uint16_t last{0};

  [[nodiscard]] bool operator==(const PortRange&) const = default;
};

using DoorId = std::uint16_t;

struct Door {
  DoorId id{0};  // the guard's number for it
  Backend backend{Backend::nftables};
  Protocols protocols{Protocols::tcp};
  std::vector<PortRange> ports;  // sorted, apart from one another; none: every port
  Verdict verdict{Verdict::standard};
  std::string name;  // ipset: the sets are f2b-NAME and f2b-NAME6, as long as ipset allows

  [[nodiscard]] bool operator==(const Door&) const = default;

  static constexpr std::size_t most_ports = 64;  // ranges
};

constexpr DoorId most_doors = 1000;

/// What is to last longer is for good.
inline constexpr std::chrono::milliseconds longest_ban{100LL * 365 * 86'400'000};

struct Entry {
  DoorId door{0};
  net::Address base;       // of a network its first address
  std::uint8_t prefix{0};  // 32 and 128: an address
  /// From now on; none: for good.
  std::optional<std::chrono::milliseconds> lasts;

  [[nodiscard]] bool operator==(const Entry&) const = default;
};

/// What became of an order. `order` is what the call returned.
struct Outcome {
  std::uint64_t order{0};
  Errc code{};        // meaningful where `error` is not empty
  std::string error;  // "" = done
};

/// What the kernel holds of a door, for comparing.
struct Holding {
  std::vector<Entry> entries;
  bool complete{true};  // rules and sets of the door are as they were made
};

/// All calls return at once with the number of the order; outcomes come through FirewallEvents.
/// Orders are carried out in order. Adding what is there sets its time anew; removing what is not
/// there is no error.
class Firewall {
public:
  virtual ~Firewall() = default;

  /// Makes the door, or makes it anew with other ports; its set stays.
  virtual std::uint64_t open(const Door& door) = 0;
  /// Takes the door away with its set.
  virtual std::uint64_t close(DoorId door) = 0;
  virtual std::uint64_t ban(std::span<const Entry> entries) = 0;
  virtual std::uint64_t unban(std::span<const Entry> entries) = 0;
  /// Empties the door's set.
  virtual std::uint64_t flush(DoorId door) = 0;
  /// Asks what the kernel holds of the door: FirewallEvents::holds(), before the order's done().
  virtual std::uint64_t list(DoorId door) = 0;
};

/// What the firewall says of itself.
class FirewallEvents {
public:
  virtual ~FirewallEvents() = default;

  virtual void done(const Outcome& outcome) = 0;
  /// The answer to list(), whole.
  virtual void holds(std::uint64_t order, Holding holding) = 0;
  /// Doors and sets are gone (flushed by somebody, or the process that holds them was started
  /// anew): everything is to be made again.
  virtual void lost(const std::string& why) = 0;
  /// Somebody took rules of iptables out, maybe those that look into our sets: whoever made them is
  /// to look.
  virtual void rules_touched() = 0;
  /// What this kernel cannot do for us; each new firewall process says it again.
  virtual void lacks(const std::string& what) = 0;
};

}  // namespace spranga::firewall
