// Listing: what the kernel has of a table, asked for through a socket and read as values. It
// changes nothing.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "firewall/netlink.h"
#include "firewall/nft_answer.h"
#include "firewall/nft_element.h"
#include "firewall/nft_message.h"

namespace spranga::firewall::nft {

class Listing {
public:
  /// `socket` must outlive it.
  Listing(NetlinkSocket& socket, const std::string& table)
      : socket_(socket), table_(table), requests_(table) {}

  [[nodiscard]] Result<Parts> parts();

  /// How many transactions the kernel has carried out, whoever's; modulo 2^32.
  [[nodiscard]] Result<std::uint32_t> generation();

  /// Errc::not_found: there is no such set.
  [[nodiscard]] Result<std::vector<Element>> elements_of(const std::string& set);

  /// How many rules each chain has; none where the table is not there.
  [[nodiscard]] Result<std::map<std::string, int>> rules_by_chain();

private:
  [[nodiscard]] KernelAnswer names(NetlinkMessage question, std::vector<std::string>& out);

  NetlinkSocket& socket_;
  std::string table_;
  Requests requests_;
};

}  // namespace spranga::firewall::nft
