#include "firewall/nft_message.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>

#include "firewall/nft_answer.h"
#include "firewall/nft_expression.h"

namespace spranga::firewall::nft {

namespace {

// Types of keys as the nft program counts them, for showing only.
constexpr std::uint32_t type_ipv4 = 7;
constexpr std::uint32_t type_ipv6 = 8;
constexpr std::uint32_t type_protocol = 12;
constexpr std::uint32_t type_port = 13;

constexpr std::uint32_t most_networks = 262'144;

/// How often the kernel looks through a whole set for elements whose time is over, which nobody
/// finds any more from then on, swept or not. It keeps a processor for 13 ms with 100,000 of them,
/// and its own default is once a second.
constexpr std::uint32_t sweep_every_ms = 60'000;

constexpr std::uint16_t make_flags = NLM_F_REQUEST | NLM_F_CREATE;

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

}  // namespace

NetlinkMessage Requests::make_table() const {
  auto out = start(NFT_MSG_NEWTABLE, make_flags);
  out.text(NFTA_TABLE_NAME, table_);
  out.number32(NFTA_TABLE_FLAGS, 0);
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
  out.number32(NFTA_SET_GC_INTERVAL, sweep_every_ms);
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

void Requests::add_small_set(std::vector<NetlinkMessage>& batch,
                             const OneOf& what,
                             std::uint32_t number) const {
  const bool ports = what.what == OneOf::What::ports;
  const auto small = small_set(what);
  constexpr std::uint32_t flags = NFT_SET_ANONYMOUS | NFT_SET_CONSTANT;
  auto set = start(NFT_MSG_NEWSET, make_flags);
  set.text(NFTA_SET_TABLE, table_);
  set.text(NFTA_SET_NAME, small_set_name);
  set.number32(NFTA_SET_FLAGS, small.intervals ? flags | NFT_SET_INTERVAL : flags);
  set.number32(NFTA_SET_KEY_TYPE, ports ? type_port : type_protocol);
  set.number32(NFTA_SET_KEY_LEN, ports ? 2 : 1);
  set.number32(NFTA_SET_ID, number);
  set.nest(NFTA_SET_DESC, [&] {
    set.number32(NFTA_SET_DESC_SIZE, static_cast<std::uint32_t>(small.elements.size()));
  });
  batch.push_back(std::move(set));
  batch.push_back(elements(NFT_MSG_NEWSETELEM, make_flags, small_set_name, number, small.elements));
}

void Requests::add_rule(std::vector<NetlinkMessage>& batch,
                        const Rule& rule,
                        std::uint32_t& set_number) const {
  const auto first = set_number + 1;
  for (const auto& expression : rule.expressions) {
    if (const auto* one_of = std::get_if<OneOf>(&expression)) {
      add_small_set(batch, *one_of, ++set_number);
    }
  }
  auto out = start(NFT_MSG_NEWRULE, make_flags | NLM_F_APPEND);
  out.text(NFTA_RULE_TABLE, table_);
  out.text(NFTA_RULE_CHAIN, rule.chain);
  out.nest(NFTA_RULE_EXPRESSIONS, [&] { put_expressions(out, rule.expressions, first); });
  batch.push_back(std::move(out));
}

NetlinkMessage Requests::elements(std::uint16_t type,
                                  std::uint16_t flags,
                                  std::string_view set,
                                  std::uint32_t set_id,
                                  std::span<const Element> elements) const {
  auto out = start(type, flags);
  out.text(NFTA_SET_ELEM_LIST_TABLE, table_);
  out.text(NFTA_SET_ELEM_LIST_SET, set);
  if (set_id != 0) {
    out.number32(NFTA_SET_ELEM_LIST_SET_ID, set_id);
  }
  put_elements(out, elements);
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

NetlinkMessage Requests::ask_generation() const {
  return start(NFT_MSG_GETGEN, NLM_F_REQUEST, NFPROTO_UNSPEC);
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

}  // namespace spranga::firewall::nft
