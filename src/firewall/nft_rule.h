// nft rules as values: what a rule of our table says, before it becomes attributes. All work is
// done in one register: load something into it, perhaps mask it, then compare it or look it up.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "firewall/firewall.h"

namespace spranga::firewall::nft {

/// Loads a fact about the packet: NFT_META_…
struct Meta {
  std::uint32_t key{0};
  [[nodiscard]] bool operator==(const Meta&) const = default;
};

/// Loads bytes of a header: NFT_PAYLOAD_…_HEADER.
struct Payload {
  std::uint32_t header{0};
  std::uint32_t offset{0};
  std::uint32_t length{0};
  [[nodiscard]] bool operator==(const Payload&) const = default;
};

/// Loads what connection tracking knows: NFT_CT_…
struct Tracked {
  std::uint32_t key{0};
  bool original{false};  // as the first packet of the connection had it, before any NAT
  [[nodiscard]] bool operator==(const Tracked&) const = default;
};

struct Mask {
  std::string bytes;
  [[nodiscard]] bool operator==(const Mask&) const = default;
};

/// Goes on where the register is this.
struct Equal {
  std::string bytes;
  [[nodiscard]] bool operator==(const Equal&) const = default;
};

/// Goes on where the register is in the named set.
struct InSet {
  std::string name;
  [[nodiscard]] bool operator==(const InSet&) const = default;
};

/// Goes on where the register is one of these; the rule brings its own small set along.
struct OneOf {
  enum class What : std::uint8_t { ports, protocols } what{What::ports};
  std::vector<PortRange> ranges;
  [[nodiscard]] bool operator==(const OneOf&) const = default;
};

/// Refuses the packet: NFT_REJECT_…
struct Reject {
  std::uint32_t type{0};
  std::uint8_t code{0};
  [[nodiscard]] bool operator==(const Reject&) const = default;
};

struct Accept {
  [[nodiscard]] bool operator==(const Accept&) const = default;
};

struct Drop {
  [[nodiscard]] bool operator==(const Drop&) const = default;
};

struct Goto {
  std::string chain;
  [[nodiscard]] bool operator==(const Goto&) const = default;
};

using Expression =
    std::variant<Meta, Payload, Tracked, Mask, Equal, InSet, OneOf, Reject, Accept, Drop, Goto>;

struct Rule {
  std::string chain;
  std::vector<Expression> expressions;
  [[nodiscard]] bool operator==(const Rule&) const = default;
};

struct Chain {
  std::string name;
  /// NF_INET_…; none: other chains go to it.
  std::optional<std::uint32_t> hook;
  [[nodiscard]] bool operator==(const Chain&) const = default;

  static constexpr std::int32_t priority = -150;  // of those with a hook: mangle, before DNAT
};

}  // namespace spranga::firewall::nft
