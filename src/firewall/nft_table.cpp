#include "firewall/nft_table.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/nf_tables.h>

#include <array>
#include <charconv>

#include "firewall/messages.h"
#include "firewall/netlink_message.h"

namespace spranga::firewall::nft {

namespace {

constexpr std::size_t longest_ports = 100;  // bytes in a name
constexpr std::uint32_t loopback_index = 1;
constexpr std::uint8_t reset_flag = 0x04;

constexpr std::array<std::string_view, 4> protocol_names = {"tcp", "udp", "both", "all"};
constexpr std::array<std::string_view, 4> verdict_names = {"standard", "reset", "reject", "drop"};

std::string one_byte(std::uint8_t value) {
  return std::string(1, static_cast<char>(value));
}

bool is_ipv4(net::Family family) {
  return family == net::Family::ipv4;
}

Payload source_of(net::Family family) {
  return is_ipv4(family) ? Payload{NFT_PAYLOAD_NETWORK_HEADER, 12, 4}
                         : Payload{NFT_PAYLOAD_NETWORK_HEADER, 8, 16};
}

Payload destination_of(net::Family family) {
  return is_ipv4(family) ? Payload{NFT_PAYLOAD_NETWORK_HEADER, 16, 4}
                         : Payload{NFT_PAYLOAD_NETWORK_HEADER, 24, 16};
}

using Expressions = std::vector<Expression>;

void append(Expressions& to, Expressions more) {
  to.insert(to.end(), more.begin(), more.end());
}

Expressions of_family(net::Family family) {
  const auto number = is_ipv4(family) ? NFPROTO_IPV4 : NFPROTO_IPV6;
  return {Meta{NFT_META_NFPROTO}, Equal{one_byte(static_cast<std::uint8_t>(number))}};
}

Expressions of_protocol(Protocols protocols) {
  switch (protocols) {
    case Protocols::tcp:
      return {Meta{NFT_META_L4PROTO}, Equal{one_byte(IPPROTO_TCP)}};
    case Protocols::udp:
      return {Meta{NFT_META_L4PROTO}, Equal{one_byte(IPPROTO_UDP)}};
    case Protocols::both:
      return {
          Meta{NFT_META_L4PROTO},
          OneOf{OneOf::What::protocols, {{IPPROTO_TCP, IPPROTO_TCP}, {IPPROTO_UDP, IPPROTO_UDP}}}};
    case Protocols::all:
      break;
  }
  return {};
}

/// `load` gives the port.
Expressions of_ports(const std::vector<PortRange>& ports, const Expression& load) {
  if (ports.empty()) {
    return {};
  }
  if (ports.size() == 1 && ports[0].first == ports[0].last) {
    return {load, Equal{network_bytes(ports[0].first)}};
  }
  return {load, OneOf{OneOf::What::ports, ports}};
}

Expressions in_set(const Payload& address, const SetKey& key, const std::string& name) {
  if (key.prefix == address.length * 8) {
    return {address, InSet{name}};
  }
  return {address, Mask{mask_bytes(key)}, InSet{name}};
}

std::string chain_of(std::string_view base, net::Family family) {
  return fmt::format("{}{}", base, is_ipv4(family) ? 4 : 6);
}

std::string ban_chain(Verdict verdict) {
  return fmt::format("ban-{}", verdict_names.at(static_cast<std::size_t>(verdict)));
}

constexpr std::array families = {net::Family::ipv4, net::Family::ipv6};

/// Never-ban addresses leave the chain here.
void spare_the_never(std::vector<Rule>& rules,
                     const std::string& chain,
                     Payload (*address)(net::Family)) {
  for (const auto family : families) {
    auto what = of_family(family);
    append(what, {address(family), InSet{never_set(family)}, Accept{}});
    rules.push_back({chain, std::move(what)});
  }
}

Rule reset_tcp(const std::string& chain) {
  return {chain,
          {Meta{NFT_META_L4PROTO}, Equal{one_byte(IPPROTO_TCP)}, Reject{NFT_REJECT_TCP_RST, 0}}};
}

Rule refuse(const std::string& chain) {
  return {chain, {Reject{NFT_REJECT_ICMPX_UNREACH, NFT_REJECT_ICMPX_PORT_UNREACH}}};
}

void ban_rules(std::vector<Rule>& rules, Verdict verdict, const Abilities& abilities) {
  const auto chain = ban_chain(verdict);
  spare_the_never(rules, chain, source_of);
  using enum Verdict;
  if (abilities.reject_in_prerouting) {
    if (verdict == standard || verdict == reset) {
      rules.push_back(reset_tcp(chain));
    }
    if (verdict == standard || verdict == reject) {
      rules.push_back(refuse(chain));
      return;
    }
  }
  rules.push_back({chain, {Drop{}}});
}

Expressions is_reply() {
  return {Tracked{NFT_CT_DIRECTION}, Equal{one_byte(IP_CT_DIR_REPLY)}};
}

Rule base_rule(const std::string& chain, Expressions when, const Expression& then) {
  when.push_back(then);
  return {chain, std::move(when)};
}

std::string ports_text(const Door& door) {
  if (door.ports.empty()) {
    return "-all";
  }
  std::string out;
  for (const auto& range : door.ports) {
    out += range.first == range.last ? fmt::format("-{}", range.first)
                                     : fmt::format("-{}_{}", range.first, range.last);
  }
  if (out.size() <= longest_ports) {
    return out;
  }
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (const char byte : out) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
  }
  const auto cut = out.rfind('-', longest_ports);
  return fmt::format("{}-x{:016x}", out.substr(0, cut), hash);
}

}  // namespace

bool prolongs_elements(std::string_view release) {
  constexpr std::array since = {6, 12};
  std::array<int, 2> found{};
  for (auto& number : found) {
    const auto* const end = release.data() + release.size();
    const auto read = std::from_chars(release.data(), end, number);
    if (read.ec != std::errc()) {
      return false;
    }
    release.remove_prefix(static_cast<std::size_t>(read.ptr - release.data()));
    release.remove_prefix(release.starts_with('.') ? 1 : 0);
  }
  return found >= since;
}

std::vector<SetKey> address_sets() {
  return {{net::Family::ipv4, 32}, {net::Family::ipv6, 128}};
}

std::string door_name(const Door& door) {
  std::string out(protocol_names.at(static_cast<std::size_t>(door.protocols)));
  if (door.protocols != Protocols::all) {
    out += ports_text(door);
  }
  if (door.verdict != Verdict::standard) {
    out += fmt::format("-{}", verdict_names.at(static_cast<std::size_t>(door.verdict)));
  }
  return out;
}

std::string set_name(const std::string& door, const SetKey& key) {
  const bool ipv4 = is_ipv4(key.family);
  auto out = fmt::format("{}.ip{}", door, ipv4 ? 4 : 6);
  return key.prefix == (ipv4 ? 32 : 128) ? out : fmt::format("{}-{}", out, key.prefix);
}

bool parse_set_name(const std::string& name, const std::string& door, SetKey& key) {
  for (const auto& all : address_sets()) {
    const auto base = set_name(door, all);
    if (name == base) {
      key = all;
      return true;
    }
    if (!name.starts_with(base + "-")) {
      continue;
    }
    SetKey found{all.family, 0};
    const auto* const end = name.data() + name.size();
    const auto read = std::from_chars(name.data() + base.size() + 1, end, found.prefix);
    if (read.ec == std::errc() && read.ptr == end && found.prefix >= widest(found.family) &&
        found.prefix < all.prefix && set_name(door, found) == name) {
      key = found;
      return true;
    }
  }
  return false;
}

std::string never_set(net::Family family) {
  return chain_of("never", family);
}

std::vector<Chain> chains() {
  std::vector<Chain> out = {{"pre", NF_INET_PRE_ROUTING},
                            {"v4", std::nullopt},
                            {"v6", std::nullopt},
                            {"reply", std::nullopt},
                            {"reply4", std::nullopt},
                            {"reply6", std::nullopt},
                            {"cut", std::nullopt}};
  for (const auto verdict : {Verdict::standard, Verdict::reset, Verdict::reject, Verdict::drop}) {
    out.push_back({ban_chain(verdict), std::nullopt});
  }
  return out;
}

std::vector<Rule> frame(const Abilities& abilities) {
  const auto loopback = host_bytes(loopback_index);
  std::vector<Rule> out;
  out.push_back({"pre", {Meta{NFT_META_IIF}, Equal{loopback}, Accept{}}});
  out.push_back(
      base_rule("pre",
                is_reply(),
                abilities.reject_in_prerouting ? Expression(Goto{"reply"}) : Expression(Accept{})));
  for (const auto family : families) {
    out.push_back(base_rule("pre", of_family(family), Goto{chain_of("v", family)}));
  }
  for (const auto family : families) {
    Expressions when = {Meta{NFT_META_L4PROTO}, Equal{one_byte(IPPROTO_TCP)}};
    append(when, of_family(family));
    append(when,
           {Payload{NFT_PAYLOAD_TRANSPORT_HEADER, 13, 1},
            Mask{one_byte(reset_flag)},
            Equal{one_byte(0)}});
    out.push_back(base_rule("reply", std::move(when), Goto{chain_of("reply", family)}));
  }
  spare_the_never(out, "cut", destination_of);
  out.push_back(reset_tcp("cut"));
  for (const auto verdict : {Verdict::standard, Verdict::reset, Verdict::reject, Verdict::drop}) {
    ban_rules(out, verdict, abilities);
  }
  return out;
}

std::vector<Rule> rules_of(const Door& door, const SetKey& key) {
  const auto name = set_name(door_name(door), key);
  // The family and the protocol are known here; said all the same, the nft program shows the rest
  // of the rule in words.
  auto ban = of_family(key.family);
  append(ban, of_protocol(door.protocols));
  append(ban, of_ports(door.ports, Payload{NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2}));
  append(ban, in_set(source_of(key.family), key, name));
  std::vector<Rule> out = {
      base_rule(chain_of("v", key.family), std::move(ban), Goto{ban_chain(door.verdict)})};
  if (door.protocols != Protocols::udp) {
    // The port that the client asked for: a published one is another behind DNAT.
    auto reply = of_family(key.family);
    append(reply, of_protocol(Protocols::tcp));
    append(reply, of_ports(door.ports, Tracked{NFT_CT_PROTO_DST, true}));
    append(reply, in_set(destination_of(key.family), key, name));
    out.push_back(base_rule(chain_of("reply", key.family), std::move(reply), Goto{"cut"}));
  }
  return out;
}

std::string mask_bytes(const SetKey& key) {
  std::string out(is_ipv4(key.family) ? 4 : 16, '\0');
  for (std::size_t bit = 0; bit < key.prefix && bit < out.size() * 8; ++bit) {
    out[bit / 8] = static_cast<char>(static_cast<unsigned char>(out[bit / 8]) | 0x80U >> bit % 8);
  }
  return out;
}

}  // namespace spranga::firewall::nft
