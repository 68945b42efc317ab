// nft's values as requests to nfnetlink. Nothing here sends; answers are read by nft_answer.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firewall/netlink_message.h"
#include "firewall/nft_element.h"
#include "firewall/nft_rule.h"
#include "firewall/nft_table.h"

namespace spranga::firewall::nft {

/// Requests for one table. Batches are built by appending.
class Requests {
public:
  explicit Requests(std::string table) : table_(std::move(table)) {}

  [[nodiscard]] NetlinkMessage make_table() const;
  /// A table that lives as long as the socket that made it, and that nobody else can change.
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

  /// For NetlinkSocket::dump(). How many transactions the kernel has carried out, whoever's.
  [[nodiscard]] NetlinkMessage ask_generation() const;
  [[nodiscard]] NetlinkMessage ask_table() const;
  [[nodiscard]] NetlinkMessage list_chains() const;
  [[nodiscard]] NetlinkMessage list_rules() const;
  [[nodiscard]] NetlinkMessage list_sets() const;
  [[nodiscard]] NetlinkMessage list_elements(const std::string& set) const;

private:
  [[nodiscard]] NetlinkMessage elements(std::uint16_t type,
                                        std::uint16_t flags,
                                        std::string_view set,
                                        std::uint32_t set_id,
                                        std::span<const Element> elements) const;
  void add_small_set(std::vector<NetlinkMessage>& batch,
                     const OneOf& what,
                     std::uint32_t number) const;

  std::string table_;
};

}  // namespace spranga::firewall::nft
