#include "firewall/nft_answer.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

namespace spranga::firewall::nft {

Thing read_thing(const nlmsghdr& message) {
  Thing out;
  const auto kind = kind_of(message);
  const bool is_table = kind == NFT_MSG_NEWTABLE || kind == NFT_MSG_DELTABLE;
  const bool is_chain = kind == NFT_MSG_NEWCHAIN || kind == NFT_MSG_DELCHAIN;
  // A rule has its chain, a set its name, in the second place; a chain has its number there.
  const unsigned name_at = is_chain ? unsigned{NFTA_CHAIN_NAME} : unsigned{NFTA_SET_NAME};
  for_each_attribute(message, sizeof(nfgenmsg), [&](const nlattr& attribute) {
    const auto type = ::mnl_attr_get_type(&attribute);
    if (type == NFTA_TABLE_NAME) {
      out.table = text_of(attribute);
    } else if (!is_table && type == name_at) {
      out.name = text_of(attribute);
    }
  });
  return out;
}

std::uint8_t kind_of(const nlmsghdr& message) {
  return static_cast<std::uint8_t>(NFNL_MSG_TYPE(message.nlmsg_type));
}

}  // namespace spranga::firewall::nft
