#include "firewall/nft_events.h"

#include <arpa/inet.h>  // before the kernel's own names for the same
#include <fmt/core.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <array>
#include <string_view>

#include "firewall/nft_answer.h"

namespace spranga::firewall::nft {

namespace {

struct Kind {
  std::uint8_t kind;
  std::string_view what;
};

constexpr std::array<Kind, 5> losses = {{{NFT_MSG_DELTABLE, "table"},
                                         {NFT_MSG_DELCHAIN, "a chain of table"},
                                         {NFT_MSG_DELRULE, "a rule of table"},
                                         {NFT_MSG_DELSET, "a set of table"},
                                         {NFT_MSG_DELSETELEM, "an element of table"}}};

constexpr std::string_view our_chains = "f2b-";

bool is_of_iptables(const nlmsghdr& message, const Thing& thing) {
  const auto* header = static_cast<const nfgenmsg*>(::mnl_nlmsg_get_payload(&message));
  return (header->nfgen_family == NFPROTO_IPV4 || header->nfgen_family == NFPROTO_IPV6) &&
         (thing.table == "filter" || thing.table == "mangle");
}

/// A rule as iptables writes it: it leads to a chain of ours, or looks into a set, be it ours or
/// not.
bool may_be_ours(const nlmsghdr& rule) {
  using namespace std::string_view_literals;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the message as bytes
  const std::string_view bytes(reinterpret_cast<const char*>(&rule), rule.nlmsg_len);
  return bytes.find(our_chains) != std::string_view::npos ||
         bytes.find("set\0"sv) != std::string_view::npos;
}

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

bool touches_iptables(const nlmsghdr& message) {
  if (NFNL_SUBSYS_ID(message.nlmsg_type) != NFNL_SUBSYS_NFTABLES ||
      message.nlmsg_len < NLMSG_LENGTH(sizeof(nfgenmsg))) {
    return false;
  }
  const auto kind = kind_of(message);
  if (kind != NFT_MSG_DELTABLE && kind != NFT_MSG_DELCHAIN && kind != NFT_MSG_DELRULE) {
    return false;
  }
  const auto thing = read_thing(message);
  return is_of_iptables(message, thing) &&
         (kind == NFT_MSG_DELTABLE || (kind == NFT_MSG_DELRULE && may_be_ours(message)) ||
          thing.name.starts_with(our_chains));
}

}  // namespace spranga::firewall::nft
