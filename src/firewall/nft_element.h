// Elements of nft's sets, as values and as attributes of a message.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firewall/netlink.h"
#include "firewall/nft_rule.h"

namespace spranga::firewall::nft {

/// An element of a set as the kernel has it.
struct Element {
  std::string key;
  std::optional<std::chrono::milliseconds> lasts;  // none: for good
  bool interval_end{false};                        // of interval sets: the first that is outside
};

constexpr std::size_t most_elements = 400;  // in one message, which can hold 64 kB

/// The set that a rule brings along. A new set of intervals is empty for an instant while newer
/// kernels (6.18) take it in: so the values stand one by one, unless they are too many.
struct SmallSet {
  std::vector<Element> elements;
  bool intervals{false};
};

[[nodiscard]] SmallSet small_set(const OneOf& what);

inline constexpr std::string_view small_set_name = "__set%d";  // the kernel numbers it

/// The elements into a message that adds or deletes them.
void put_elements(NetlinkMessage& to, std::span<const Element> elements);

/// A value as nft nests it.
void put_data(NetlinkMessage& to, std::uint16_t type, std::string_view value);

/// Of an answer about the elements of a set: appended to `out`.
void read_elements(const nlmsghdr& message, std::vector<Element>& out);

}  // namespace spranga::firewall::nft
