#include "firewall/nft_message.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <type_traits>

namespace spranga::firewall::nft {

namespace {

// Types of keys as the nft program counts them, for showing only.
constexpr std::uint32_t type_ipv4 = 7;
constexpr std::uint32_t type_ipv6 = 8;
constexpr std::uint32_t type_protocol = 12;
constexpr std::uint32_t type_port = 13;

constexpr std::uint32_t most_networks = 262'144;

constexpr std::uint16_t make_flags = NLM_F_REQUEST | NLM_F_CREATE;
constexpr char comment_type = 0;  // of the nft program's user data

NetlinkMessage start(std::uint16_t kind, std::uint16_t flags, std::uint8_t family = NFPROTO_INET) {
  NetlinkMessage out(NFNL_SUBSYS_NFTABLES << 8U | kind, flags);
  nfgenmsg header{};
  header.nfgen_family = family;
  header.version = NFNETLINK_V0;
  out.structure(header);
  return out;
}

std::uint32_t key_length(net::Family family) {
  return family == net::Family::ipv4 ? 4 : 16;
}

std::uint32_t key_type(net::Family family) {
  return family == net::Family::ipv4 ? type_ipv4 : type_ipv6;
}

void put_data(NetlinkMessage& to, std::uint16_t type, std::string_view value) {
  to.nest(type, [&] { to.attribute(NFTA_DATA_VALUE, value); });
}

void put_verdict(NetlinkMessage& to, std::int32_t code, const std::string& chain) {
  to.number32(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
  to.nest(NFTA_IMMEDIATE_DATA, [&] {
    to.nest(NFTA_DATA_VERDICT, [&] {
      to.number32(NFTA_VERDICT_CODE, static_cast<std::uint32_t>(code));
      if (!chain.empty()) {
        to.text(NFTA_VERDICT_CHAIN, chain);
      }
    });
  });
}

/// An expression: its name, then what `inside` puts.
template <class Inside>
void put_expression(NetlinkMessage& to, std::string_view name, const Inside& inside) {
  to.nest(NFTA_LIST_ELEM, [&] {
    to.text(NFTA_EXPR_NAME, name);
    to.nest(NFTA_EXPR_DATA, inside);
  });
}

void put(NetlinkMessage& to, const Meta& what) {
  put_expression(to, "meta", [&] {
    to.number32(NFTA_META_DREG, NFT_REG_1);
    to.number32(NFTA_META_KEY, what.key);
  });
}

void put(NetlinkMessage& to, const Payload& what) {
  put_expression(to, "payload", [&] {
    to.number32(NFTA_PAYLOAD_DREG, NFT_REG_1);
    to.number32(NFTA_PAYLOAD_BASE, what.header);
    to.number32(NFTA_PAYLOAD_OFFSET, what.offset);
    to.number32(NFTA_PAYLOAD_LEN, what.length);
  });
}

void put(NetlinkMessage& to, const Tracked& what) {
  put_expression(to, "ct", [&] {
    to.number32(NFTA_CT_DREG, NFT_REG_1);
    to.number32(NFTA_CT_KEY, what.key);
    if (what.original) {
      to.number8(NFTA_CT_DIRECTION, 0);
    }
  });
}

void put(NetlinkMessage& to, const Mask& what) {
  put_expression(to, "bitwise", [&] {
    to.number32(NFTA_BITWISE_SREG, NFT_REG_1);
    to.number32(NFTA_BITWISE_DREG, NFT_REG_1);
    to.number32(NFTA_BITWISE_LEN, static_cast<std::uint32_t>(what.bytes.size()));
    put_data(to, NFTA_BITWISE_MASK, what.bytes);
    put_data(to, NFTA_BITWISE_XOR, std::string(what.bytes.size(), '\0'));
  });
}

void put(NetlinkMessage& to, const Equal& what) {
  put_expression(to, "cmp", [&] {
    to.number32(NFTA_CMP_SREG, NFT_REG_1);
    to.number32(NFTA_CMP_OP, NFT_CMP_EQ);
    put_data(to, NFTA_CMP_DATA, what.bytes);
  });
}

void put_lookup(NetlinkMessage& to, const std::string& set, std::uint32_t set_id) {
  put_expression(to, "lookup", [&] {
    to.text(NFTA_LOOKUP_SET, set);
    to.number32(NFTA_LOOKUP_SREG, NFT_REG_1);
    if (set_id != 0) {
      to.number32(NFTA_LOOKUP_SET_ID, set_id);
    }
  });
}

void put(NetlinkMessage& to, const InSet& what) {
  put_lookup(to, what.name, 0);
}

void put(NetlinkMessage& to, const Reject& what) {
  put_expression(to, "reject", [&] {
    to.number32(NFTA_REJECT_TYPE, what.type);
    to.number8(NFTA_REJECT_ICMP_CODE, what.code);
  });
}

void put(NetlinkMessage& to, const Accept& /*what*/) {
  put_expression(to, "immediate", [&] { put_verdict(to, NF_ACCEPT, ""); });
}

void put(NetlinkMessage& to, const Drop& /*what*/) {
  put_expression(to, "immediate", [&] { put_verdict(to, NF_DROP, ""); });
}

void put(NetlinkMessage& to, const Goto& what) {
  put_expression(to, "immediate", [&] { put_verdict(to, NFT_GOTO, what.chain); });
}

std::string key_of(const OneOf& what, std::uint32_t value) {
  return what.what == OneOf::What::ports ? network_bytes(static_cast<std::uint16_t>(value))
                                         : network_bytes(static_cast<std::uint8_t>(value));
}

/// Each value as an element; none where they are too many.
std::vector<Element> values(const OneOf& what) {
  constexpr std::size_t most_values = 256;
  std::vector<Element> out;
  for (const auto& range : what.ranges) {
    for (std::uint32_t value = range.first; value <= range.last; ++value) {
      if (out.size() == most_values) {
        return {};
      }
      out.push_back({key_of(what, value), std::nullopt, false});
    }
  }
  return out;
}

/// The bounds of intervals as elements: each beginning, and the first that is outside again.
std::vector<Element> bounds(const OneOf& what) {
  const std::uint32_t last = what.what == OneOf::What::ports ? 0xffff : 0xff;
  const auto key = [&](std::uint32_t value) { return key_of(what, value); };
  std::vector<Element> out;
  if (!what.ranges.empty() && what.ranges.front().first > 0) {
    out.push_back({key(0), std::nullopt, true});
  }
  for (const auto& range : what.ranges) {
    // Where one ends another may begin at once: the end is then said by nothing.
    if (!out.empty() && out.back().interval_end && out.back().key == key(range.first)) {
      out.pop_back();
    } else {
      out.push_back({key(range.first), std::nullopt, false});
    }
    if (range.last < last) {
      out.push_back({key(range.last + 1U), std::nullopt, true});
    }
  }
  return out;
}

/// A comment as the nft program writes and shows it.
std::string comment_data(const std::string& note) {
  std::string out(1, comment_type);
  out += static_cast<char>(note.size() + 1);
  return out + note + '\0';
}

std::string comment_of(std::string_view data) {
  if (data.size() < 3 || data[0] != comment_type) {
    return "";
  }
  const std::size_t size = static_cast<unsigned char>(data[1]);
  const auto text = data.substr(2, size);
  return std::string(text.substr(0, text.find('\0')));
}

}  // namespace

NetlinkMessage Requests::make_table() const {
  auto out = start(NFT_MSG_NEWTABLE, make_flags);
  out.text(NFTA_TABLE_NAME, table_);
  out.number32(NFTA_TABLE_FLAGS, 0);
  return out;
}

NetlinkMessage Requests::make_owned_table(const std::string& note) const {
  auto out = start(NFT_MSG_NEWTABLE, make_flags);
  out.text(NFTA_TABLE_NAME, table_);
  out.number32(NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
  out.attribute(NFTA_TABLE_USERDATA, comment_data(note));
  return out;
}

NetlinkMessage Requests::delete_table() const {
  auto out = start(NFT_MSG_DELTABLE, NLM_F_REQUEST);
  out.text(NFTA_TABLE_NAME, table_);
  return out;
}

NetlinkMessage Requests::make_chain(const Chain& chain) const {
  auto out = start(NFT_MSG_NEWCHAIN, make_flags);
  out.text(NFTA_CHAIN_TABLE, table_);
  out.text(NFTA_CHAIN_NAME, chain.name);
  if (chain.hook) {
    out.nest(NFTA_CHAIN_HOOK, [&] {
      out.number32(NFTA_HOOK_HOOKNUM, *chain.hook);
      out.number32(NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(Chain::priority));
    });
    out.number32(NFTA_CHAIN_POLICY, NF_ACCEPT);
    out.text(NFTA_CHAIN_TYPE, "filter");
  }
  return out;
}

NetlinkMessage Requests::delete_chain(const std::string& name) const {
  auto out = start(NFT_MSG_DELCHAIN, NLM_F_REQUEST);
  out.text(NFTA_CHAIN_TABLE, table_);
  out.text(NFTA_CHAIN_NAME, name);
  return out;
}

NetlinkMessage Requests::delete_all_rules() const {
  auto out = start(NFT_MSG_DELRULE, NLM_F_REQUEST);
  out.text(NFTA_RULE_TABLE, table_);
  return out;
}

NetlinkMessage Requests::delete_set(const std::string& name) const {
  auto out = start(NFT_MSG_DELSET, NLM_F_REQUEST);
  out.text(NFTA_SET_TABLE, table_);
  out.text(NFTA_SET_NAME, name);
  return out;
}

NetlinkMessage Requests::make_set(const std::string& name,
                                  const SetKey& key,
                                  std::uint32_t most_addresses) const {
  auto out = start(NFT_MSG_NEWSET, make_flags);
  const bool addresses = key.prefix == key_length(key.family) * 8;
  out.text(NFTA_SET_TABLE, table_);
  out.text(NFTA_SET_NAME, name);
  out.number32(NFTA_SET_FLAGS, NFT_SET_TIMEOUT);
  out.number32(NFTA_SET_KEY_TYPE, key_type(key.family));
  out.number32(NFTA_SET_KEY_LEN, key_length(key.family));
  out.number32(NFTA_SET_ID, 1);
  out.nest(NFTA_SET_DESC,
           [&] { out.number32(NFTA_SET_DESC_SIZE, addresses ? most_addresses : most_networks); });
  return out;
}

NetlinkMessage Requests::make_interval_set(const std::string& name, net::Family family) const {
  auto out = start(NFT_MSG_NEWSET, make_flags);
  out.text(NFTA_SET_TABLE, table_);
  out.text(NFTA_SET_NAME, name);
  out.number32(NFTA_SET_FLAGS, NFT_SET_INTERVAL);
  out.number32(NFTA_SET_KEY_TYPE, key_type(family));
  out.number32(NFTA_SET_KEY_LEN, key_length(family));
  out.number32(NFTA_SET_ID, 1);
  return out;
}

NetlinkMessage Requests::empty_set(const std::string& name) const {
  auto out = start(NFT_MSG_DELSETELEM, NLM_F_REQUEST);
  out.text(NFTA_SET_ELEM_LIST_TABLE, table_);
  out.text(NFTA_SET_ELEM_LIST_SET, name);
  return out;
}

std::string Requests::add_small_set(std::vector<NetlinkMessage>& batch,
                                    const OneOf& what,
                                    std::uint32_t number) const {
  const bool ports = what.what == OneOf::What::ports;
  std::string name = "__set%d";  // the kernel numbers it
  // A new set of intervals is empty for an instant while newer kernels (6.18) take it in: only
  // where the values are too many.
  auto all = values(what);
  std::uint32_t flags = NFT_SET_ANONYMOUS | NFT_SET_CONSTANT;
  if (all.empty()) {
    all = bounds(what);
    flags |= NFT_SET_INTERVAL;
  }
  auto set = start(NFT_MSG_NEWSET, make_flags);
  set.text(NFTA_SET_TABLE, table_);
  set.text(NFTA_SET_NAME, name);
  set.number32(NFTA_SET_FLAGS, flags);
  set.number32(NFTA_SET_KEY_TYPE, ports ? type_port : type_protocol);
  set.number32(NFTA_SET_KEY_LEN, ports ? 2 : 1);
  set.number32(NFTA_SET_ID, number);
  set.nest(NFTA_SET_DESC,
           [&] { set.number32(NFTA_SET_DESC_SIZE, static_cast<std::uint32_t>(all.size())); });
  batch.push_back(std::move(set));
  batch.push_back(elements(NFT_MSG_NEWSETELEM, make_flags, name, number, all));
  return name;
}

void Requests::add_rule(std::vector<NetlinkMessage>& batch,
                        const Rule& rule,
                        std::uint32_t& set_number) const {
  const auto first = set_number;
  std::string small;
  for (const auto& expression : rule.expressions) {
    if (const auto* one_of = std::get_if<OneOf>(&expression)) {
      small = add_small_set(batch, *one_of, ++set_number);
    }
  }
  auto out = start(NFT_MSG_NEWRULE, make_flags | NLM_F_APPEND);
  out.text(NFTA_RULE_TABLE, table_);
  out.text(NFTA_RULE_CHAIN, rule.chain);
  out.nest(NFTA_RULE_EXPRESSIONS, [&] {
    auto number = first;
    for (const auto& expression : rule.expressions) {
      std::visit(
          [&](const auto& what) {
            if constexpr (std::is_same_v<std::decay_t<decltype(what)>, OneOf>) {
              put_lookup(out, small, ++number);
            } else {
              put(out, what);
            }
          },
          expression);
    }
  });
  batch.push_back(std::move(out));
}

NetlinkMessage Requests::elements(std::uint16_t type,
                                  std::uint16_t flags,
                                  const std::string& set,
                                  std::uint32_t set_id,
                                  std::span<const Element> elements) const {
  auto out = start(type, flags);
  out.text(NFTA_SET_ELEM_LIST_TABLE, table_);
  out.text(NFTA_SET_ELEM_LIST_SET, set);
  if (set_id != 0) {
    out.number32(NFTA_SET_ELEM_LIST_SET_ID, set_id);
  }
  out.nest(NFTA_SET_ELEM_LIST_ELEMENTS, [&] {
    for (const auto& element : elements) {
      out.nest(NFTA_LIST_ELEM, [&] {
        put_data(out, NFTA_SET_ELEM_KEY, element.key);
        if (element.interval_end) {
          out.number32(NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
        }
        if (element.lasts) {
          out.number64(NFTA_SET_ELEM_TIMEOUT, static_cast<std::uint64_t>(element.lasts->count()));
        }
      });
    }
  });
  return out;
}

void Requests::add_elements(std::vector<NetlinkMessage>& batch,
                            const std::string& set,
                            std::span<const Element> all,
                            std::uint16_t flags) const {
  for (; !all.empty(); all = all.subspan(std::min(all.size(), most_elements))) {
    batch.push_back(elements(NFT_MSG_NEWSETELEM,
                             static_cast<std::uint16_t>(make_flags | flags),
                             set,
                             0,
                             all.first(std::min(all.size(), most_elements))));
  }
}

void Requests::delete_elements(std::vector<NetlinkMessage>& batch,
                               const std::string& set,
                               std::span<const Element> all) const {
  for (; !all.empty(); all = all.subspan(std::min(all.size(), most_elements))) {
    batch.push_back(elements(
        NFT_MSG_DELSETELEM, NLM_F_REQUEST, set, 0, all.first(std::min(all.size(), most_elements))));
  }
}

NetlinkMessage Requests::ask_table() const {
  auto out = start(NFT_MSG_GETTABLE, NLM_F_REQUEST);
  out.text(NFTA_TABLE_NAME, table_);
  return out;
}

NetlinkMessage Requests::list_chains() const {
  return start(NFT_MSG_GETCHAIN, NLM_F_REQUEST | NLM_F_DUMP);
}

NetlinkMessage Requests::list_rules() const {
  auto out = start(NFT_MSG_GETRULE, NLM_F_REQUEST | NLM_F_DUMP);
  out.text(NFTA_RULE_TABLE, table_);
  return out;
}

NetlinkMessage Requests::list_sets() const {
  auto out = start(NFT_MSG_GETSET, NLM_F_REQUEST | NLM_F_DUMP);
  out.text(NFTA_SET_TABLE, table_);
  return out;
}

NetlinkMessage Requests::list_elements(const std::string& set) const {
  auto out = start(NFT_MSG_GETSETELEM, NLM_F_REQUEST | NLM_F_DUMP);
  out.text(NFTA_SET_ELEM_LIST_TABLE, table_);
  out.text(NFTA_SET_ELEM_LIST_SET, set);
  return out;
}

namespace {

Element read_element(const nlattr& attribute) {
  Element out;
  bool timed = false;
  for_each_attribute(attribute, [&](const nlattr& part) {
    switch (::mnl_attr_get_type(&part)) {
      case NFTA_SET_ELEM_KEY:
        for_each_attribute(part, [&](const nlattr& data) { out.key = bytes_of(data); });
        break;
      case NFTA_SET_ELEM_FLAGS:
        out.interval_end = (number_of(part) & NFT_SET_ELEM_INTERVAL_END) != 0;
        break;
      case NFTA_SET_ELEM_TIMEOUT:
        timed = timed || number_of(part) != 0;
        out.lasts = out.lasts
                        ? out.lasts
                        : std::chrono::milliseconds(static_cast<std::int64_t>(number_of(part)));
        break;
      case NFTA_SET_ELEM_EXPIRATION:
        out.lasts = std::chrono::milliseconds(static_cast<std::int64_t>(number_of(part)));
        break;
      default:
        break;
    }
  });
  if (!timed) {
    out.lasts.reset();
  }
  return out;
}

}  // namespace

void read_elements(const nlmsghdr& message, std::vector<Element>& out) {
  for_each_attribute(message, sizeof(nfgenmsg), [&](const nlattr& attribute) {
    if (::mnl_attr_get_type(&attribute) == NFTA_SET_ELEM_LIST_ELEMENTS) {
      for_each_attribute(attribute, [&](const nlattr& each) { out.push_back(read_element(each)); });
    }
  });
}

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

}  // namespace spranga::firewall::nft
