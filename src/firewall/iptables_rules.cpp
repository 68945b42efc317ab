#include "firewall/iptables_rules.h"

#include <fmt/core.h>

#include <algorithm>

#include "firewall/ipset.h"

namespace spranga::firewall {

namespace {

using Arguments = std::vector<std::string>;

constexpr std::size_t most_ports = 15;  // of multiport; a range counts as two

Arguments joined(Arguments first, const Arguments& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::string ports_of(const PortRange& range) {
  return range.first == range.last ? fmt::format("{}", range.first)
                                   : fmt::format("{}:{}", range.first, range.last);
}

/// Lists for multiport, each as long as it may be.
std::vector<std::string> port_lists(const std::vector<PortRange>& ports) {
  std::vector<std::string> out;
  std::size_t used = most_ports;
  for (const auto& range : ports) {
    const std::size_t cost = range.first == range.last ? 1 : 2;
    if (used + cost > most_ports) {
      out.emplace_back();
      used = 0;
    }
    out.back() += (used == 0 ? "" : ",") + ports_of(range);
    used += cost;
  }
  return out;
}

/// Of a door without ports: the answers to what this host asks are let in.
Arguments not_an_answer() {
  return {"-m", "conntrack", "--ctdir", "ORIGINAL"};
}

/// What belongs to the door, as one or more matches.
std::vector<Arguments> matches(const Door& door) {
  std::vector<std::string> protocols;
  if (door.protocols == Protocols::tcp || door.protocols == Protocols::both) {
    protocols.emplace_back("tcp");
  }
  if (door.protocols == Protocols::udp || door.protocols == Protocols::both) {
    protocols.emplace_back("udp");
  }
  if (protocols.empty()) {
    return {not_an_answer()};
  }
  std::vector<Arguments> out;
  for (const auto& protocol : protocols) {
    if (door.ports.empty()) {
      out.push_back(joined({"-p", protocol}, not_an_answer()));
    }
    for (const auto& list : port_lists(door.ports)) {
      out.push_back({"-p", protocol, "-m", "multiport", "--dports", list});
    }
  }
  return out;
}

class Builder {
public:
  Builder(const Door& door, net::Family family)
      : program_(family == net::Family::ipv4 ? "iptables" : "ip6tables"),
        unreachable_(family == net::Family::ipv4 ? "icmp-port-unreachable"
                                                 : "icmp6-port-unreachable"),
        in_set_({"-m", "set", "--match-set", ipset_name(door, family), "src"}) {}

  void chain(const std::string& name) {
    steps_.push_back({command({"-n", "-L", name}), command({"-N", name}), command({"-X", name})});
  }

  /// `how`: "-I" first in the chain, "-A" last.
  void rule(const std::string& table,
            const std::string& how,
            const std::string& chain,
            const Arguments& what) {
    const Arguments where = {"-t", table};
    steps_.push_back({command(joined(joined(where, {"-C", chain}), what)),
                      command(joined(joined(where, {how, chain}), what)),
                      command(joined(joined(where, {"-D", chain}), what))});
  }

  void ban(const Door& door, const Arguments& match) {
    // Who began a connection is not known yet in raw.
    rule(door.ports.empty() ? "mangle" : "raw",
         "-I",
         "PREROUTING",
         joined(joined(joined({"!", "-i", "lo"}, match), in_set_), {"-j", "DROP"}));
  }

  void verdict(const std::string& chain, Verdict verdict) {
    using enum Verdict;
    if (verdict == standard || verdict == reset) {
      rule("filter",
           "-A",
           chain,
           joined(joined({"-p", "tcp"}, in_set_), {"-j", "REJECT", "--reject-with", "tcp-reset"}));
    }
    const bool rejects = verdict == standard || verdict == reject;
    rule("filter",
         "-A",
         chain,
         joined(in_set_,
                rejects ? Arguments{"-j", "REJECT", "--reject-with", unreachable_}
                        : Arguments{"-j", "DROP"}));
  }

  [[nodiscard]] std::vector<IptablesStep> take() { return std::move(steps_); }

private:
  /// -w: another program may hold the lock of the tables.
  [[nodiscard]] Arguments command(const Arguments& arguments) const {
    return joined({program_, "-w"}, arguments);
  }

  std::string program_;
  std::string unreachable_;
  Arguments in_set_;
  std::vector<IptablesStep> steps_;
};

}  // namespace

std::vector<IptablesStep> iptables_rules(const Door& door, const std::string& chain) {
  std::vector<IptablesStep> out;
  const auto own = "f2b-" + door.name;
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    Builder builder(door, family);
    for (const auto& match : matches(door)) {
      builder.ban(door, match);
    }
    builder.chain(own);
    builder.verdict(own, door.verdict);
    builder.rule("filter", "-A", own, {"-j", "RETURN"});
    for (const auto& match : matches(door)) {
      builder.rule("filter", "-I", chain, joined(match, {"-j", own}));
    }
    std::ranges::move(builder.take(), std::back_inserter(out));
  }
  return out;
}

}  // namespace spranga::firewall
