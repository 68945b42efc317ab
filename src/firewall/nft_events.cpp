#include "firewall/nft_events.h"

#include <fmt/core.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <array>

#include "firewall/nft_message.h"

namespace spranga::firewall::nft {

namespace {

struct Kind {
  std::uint8_t kind;
  std::string_view what;
};

constexpr std::array<Kind, 4> losses = {{{NFT_MSG_DELTABLE, "table"},
                                         {NFT_MSG_DELCHAIN, "a chain of table"},
                                         {NFT_MSG_DELRULE, "a rule of table"},
                                         {NFT_MSG_DELSET, "a set of table"}}};

}  // namespace

std::optional<std::string> loss(const nlmsghdr& message,
                                const std::string& table,
                                std::uint32_t port) {
  if (NFNL_SUBSYS_ID(message.nlmsg_type) != NFNL_SUBSYS_NFTABLES || message.nlmsg_pid == port) {
    return std::nullopt;
  }
  for (const auto& row : losses) {
    if (kind_of(message) == row.kind && read_thing(message).table == table) {
      return fmt::format("{} {} was deleted by another program", row.what, table);
    }
  }
  return std::nullopt;
}

}  // namespace spranga::firewall::nft
