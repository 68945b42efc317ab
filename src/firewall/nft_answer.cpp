#include "firewall/nft_answer.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

namespace spranga::firewall::nft {

namespace {

constexpr char comment_type = 0;  // of the nft program's user data

std::string comment_of(std::string_view data) {
  if (data.size() < 3 || data[0] != comment_type) {
    return "";
  }
  const std::size_t size = static_cast<unsigned char>(data[1]);
  const auto text = data.substr(2, size);
  return std::string(text.substr(0, text.find('\0')));
}

}  // namespace

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
    } else if (is_table && type == NFTA_TABLE_USERDATA) {
      out.note = comment_of(bytes_of(attribute));
    } else if (is_table && type == NFTA_TABLE_OWNER) {
      out.owned = true;
    } else if (!is_table && type == name_at) {
      out.name = text_of(attribute);
    }
  });
  return out;
}

std::uint8_t kind_of(const nlmsghdr& message) {
  return static_cast<std::uint8_t>(NFNL_MSG_TYPE(message.nlmsg_type));
}

std::string comment_data(const std::string& note) {
  std::string out(1, comment_type);
  out += static_cast<char>(note.size() + 1);
  return out + note + '\0';
}

}  // namespace spranga::firewall::nft
