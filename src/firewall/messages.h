// Messages: what the guard orders of the firewall process, and what comes back.
//
// The firewall process trusts no message: reading one checks every field, and what no guard can
// mean is refused as a whole (a door twice the size, a /8, ports out of order). What depends on
// more than the message (a door that is not open, an address never to be banned) is the receiver's
// to check.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "firewall/firewall.h"
#include "firewall/network.h"

namespace spranga::firewall {

/// A ban is never wider.
[[nodiscard]] constexpr std::uint8_t widest(net::Family family) {
  return family == net::Family::ipv4 ? 16 : 48;
}

/// The first order of all, and of each new firewall process.
struct Start {
  std::string table{"spranga"};  // nftables
  std::vector<Network> never;    // never to be banned
  std::vector<Door> doors;       // all that are open: the old rules give way to theirs at once

  [[nodiscard]] bool operator==(const Start&) const = default;

  static constexpr std::size_t longest_table = 32;
  static constexpr std::size_t most_never = 1000;
};

struct NeverBan {
  std::vector<Network> never;  // in place of those before
  [[nodiscard]] bool operator==(const NeverBan&) const = default;
};

struct OpenDoor {
  Door door;
  [[nodiscard]] bool operator==(const OpenDoor&) const = default;
};

struct CloseDoor {
  DoorId door{0};
  [[nodiscard]] bool operator==(const CloseDoor&) const = default;
};

struct BanEntries {
  std::vector<Entry> entries;
  [[nodiscard]] bool operator==(const BanEntries&) const = default;
};

struct UnbanEntries {
  std::vector<Entry> entries;
  [[nodiscard]] bool operator==(const UnbanEntries&) const = default;
};

struct FlushDoor {
  DoorId door{0};
  [[nodiscard]] bool operator==(const FlushDoor&) const = default;
};

struct ListDoor {
  DoorId door{0};
  [[nodiscard]] bool operator==(const ListDoor&) const = default;
};

using Order = std::
    variant<Start, NeverBan, OpenDoor, CloseDoor, BanEntries, UnbanEntries, FlushDoor, ListDoor>;

struct Request {
  std::uint64_t number{0};
  Order order;

  [[nodiscard]] bool operator==(const Request&) const = default;
};

/// A piece of the answer to ListDoor; the Outcome comes behind the last.
struct HoldingPart {
  std::uint64_t order{0};
  Holding holding;
};

struct Lost {
  std::string why;
};

/// Somebody took rules of iptables out.
struct RulesTouched {};

/// What this kernel cannot do for us.
struct Lacking {
  std::string what;
};

using Answer = std::variant<Outcome, HoldingPart, Lost, RulesTouched, Lacking>;

/// So many fit into one message, whatever they are.
constexpr std::size_t most_entries = 4000;
constexpr std::size_t longest_reason = 1000;

[[nodiscard]] std::string pack(const Request& request);
[[nodiscard]] Result<Request> read_request(std::string_view bytes);

[[nodiscard]] std::string pack(const Answer& answer);
[[nodiscard]] Result<Answer> read_answer(std::string_view bytes);

/// How many bytes it takes in a message.
[[nodiscard]] std::size_t packed_size(const Door& door);

}  // namespace spranga::firewall
