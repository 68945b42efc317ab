// nft's values as requests to nfnetlink, and its answers as values. Nothing here sends.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "firewall/netlink.h"
#include "firewall/nft_rule.h"
#include "firewall/nft_table.h"

namespace spranga::firewall::nft {

/// An element of a set as the kernel has it.
struct Element {
  std::string key;
  std::optional<std::chrono::milliseconds> lasts;  // none: for good
  bool interval_end{false};                        // of interval sets: the first that is outside
};

/// What the kernel tells of a table, chain, rule or set.
struct Thing {
  std::string table;
  std::string name;  // of the chain or set; of a rule the chain's
  std::string note;  // of a table its comment
  bool owned{false};
};

constexpr std::size_t most_elements = 400;  // in one message, which can hold 64 kB

/// Requests for one table. Batches are built by appending.
class Requests {
public:
  explicit Requests(std::string table) : table_(std::move(table)) {}

  [[nodiscard]] NetlinkMessage make_table() const;
  /// A table that lives as long as the socket that made it, and that nobody else can change.
  [[nodiscard]] NetlinkMessage make_owned_table(const std::string& note) const;
  [[nodiscard]] NetlinkMessage delete_table() const;
  [[nodiscard]] NetlinkMessage make_chain(const Chain& chain) const;
  [[nodiscard]] NetlinkMessage delete_chain(const std::string& name) const;
  /// Of all chains.
  [[nodiscard]] NetlinkMessage delete_all_rules() const;
  [[nodiscard]] NetlinkMessage delete_set(const std::string& name) const;
  /// For addresses or networks, hashed, with a time for each.
  [[nodiscard]] NetlinkMessage make_set(const std::string& name,
                                        const SetKey& key,
                                        std::uint32_t most_addresses) const;
  /// For intervals of addresses.
  [[nodiscard]] NetlinkMessage make_interval_set(const std::string& name, net::Family family) const;
  [[nodiscard]] NetlinkMessage empty_set(const std::string& name) const;

  /// The rule, behind the small sets that it brings along; these need a number each within the
  /// batch.
  void add_rule(std::vector<NetlinkMessage>& batch,
                const Rule& rule,
                std::uint32_t& set_number) const;

  /// `flags`: NLM_F_EXCL refuses the batch where one is there.
  void add_elements(std::vector<NetlinkMessage>& batch,
                    const std::string& set,
                    std::span<const Element> elements,
                    std::uint16_t flags = 0) const;
  void delete_elements(std::vector<NetlinkMessage>& batch,
                       const std::string& set,
                       std::span<const Element> elements) const;

  /// For NetlinkSocket::dump().
  [[nodiscard]] NetlinkMessage ask_table() const;
  [[nodiscard]] NetlinkMessage list_chains() const;
  [[nodiscard]] NetlinkMessage list_rules() const;
  [[nodiscard]] NetlinkMessage list_sets() const;
  [[nodiscard]] NetlinkMessage list_elements(const std::string& set) const;

private:
  [[nodiscard]] NetlinkMessage elements(std::uint16_t type,
                                        std::uint16_t flags,
                                        const std::string& set,
                                        std::uint32_t set_id,
                                        std::span<const Element> elements) const;
  std::string add_small_set(std::vector<NetlinkMessage>& batch,
                            const OneOf& what,
                            std::uint32_t number) const;

  std::string table_;
};

/// Of an answer to list_elements(): appended to `out`.
void read_elements(const nlmsghdr& message, std::vector<Element>& out);

/// Of an answer or an event about a table, chain, rule or set.
[[nodiscard]] Thing read_thing(const nlmsghdr& message);

/// Type of message without the subsystem: NFT_MSG_…
[[nodiscard]] std::uint8_t kind_of(const nlmsghdr& message);

}  // namespace spranga::firewall::nft
