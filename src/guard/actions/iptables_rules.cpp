#include "guard/actions/iptables_rules.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "text/ascii.h"

namespace spranga::guard::actions {

namespace {

using firewall::PortRange;
using firewall::Protocols;
using firewall::Verdict;

struct Rule {
  std::string table;
  std::string chain;
  std::string text;
  bool first{true};  // before what is there
};

/// One multiport match takes 15 ports; a range counts as two.
std::vector<std::string> port_matches(const std::vector<PortRange>& ports) {
  constexpr std::size_t most = 15;
  std::vector<std::string> out;
  std::size_t used = most;
  for (const auto& range : ports) {
    const std::size_t needs = range.first == range.last ? 1 : 2;
    if (used + needs > most) {
      out.emplace_back(" -m multiport --dports ");
      used = 0;
    } else {
      out.back() += ",";
    }
    out.back() += std::to_string(range.first);
    out.back() += needs == 2 ? ":" + std::to_string(range.last) : "";
    used += needs;
  }
  return out.empty() ? std::vector<std::string>{""} : out;
}

/// What packets a door is about, one match a rule.
std::vector<std::string> matches_of(const Native& native) {
  if (native.protocols == Protocols::all) {
    return {""};
  }
  std::vector<std::string> out;
  for (const auto* protocol : {"tcp", "udp"}) {
    const bool wanted =
        native.protocols == Protocols::both ||
        (native.protocols == Protocols::tcp) == (std::string_view(protocol) == "tcp");
    for (const auto& ports : wanted ? port_matches(native.ports) : std::vector<std::string>()) {
      out.push_back("-p " + std::string(protocol) + ports + " ");
    }
  }
  return out;
}

constexpr auto in_set = "-m set --match-set <set> src ";
constexpr auto in_set_dropped = "-m set --match-set <set> src -j DROP";

std::vector<Rule> rules_of(const Native& native) {
  const auto chain = "f2b-" + native.name;
  std::vector<Rule> out;
  const auto matches = matches_of(native);
  out.reserve(2 * matches.size() + 2);
  for (const auto& match : matches) {
    out.push_back({"raw", "PREROUTING", match + in_set_dropped});
  }
  if (native.verdict == Verdict::drop) {
    out.push_back({"filter", chain, in_set_dropped, false});
  } else {
    if (native.verdict != Verdict::reject) {
      out.push_back({"filter",
                     chain,
                     "-p tcp " + std::string(in_set) + "-j REJECT --reject-with tcp-reset",
                     false});
    }
    out.push_back({"filter", chain, std::string(in_set) + "-j REJECT --reject-with <icmp>", false});
  }
  const auto jump = "-j " + chain;
  for (const auto& match : matches) {
    out.push_back({"filter", native.chain, match + jump});
  }
  return out;
}

std::string call(const Rule& rule, const std::string& how) {
  return "<iptables> -t " + rule.table + " " + how + " " + rule.chain + " " + rule.text;
}

std::string made(const std::vector<Rule>& rules, const std::string& chain) {
  std::string out =
      "{ <iptables> -n -L " + chain + " >/dev/null 2>&1 || <iptables> -N " + chain + "; }";
  for (const auto& rule : rules) {
    out += " &&\n{ " + call(rule, "-C") + " >/dev/null 2>&1 || " +
           call(rule, rule.first ? "-I" : "-A") + "; }";
  }
  return out;
}

std::string checked(const std::vector<Rule>& rules) {
  std::string out;
  for (const auto& rule : rules) {
    out += (out.empty() ? "" : " &&\n") + call(rule, "-C") + " >/dev/null 2>&1";
  }
  return out;
}

/// Whatever of it is there goes; the chain last, when nothing jumps to it any more.
std::string removed(const std::vector<Rule>& rules, const std::string& chain) {
  std::string out;
  for (const auto& rule : rules) {
    out += "while " + call(rule, "-D") + " >/dev/null 2>&1; do :; done\n";
  }
  return out + "! <iptables> -n -L " + chain + " >/dev/null 2>&1 || { <iptables> -F " + chain +
         " && <iptables> -X " + chain + "; }";
}

}  // namespace

bool is_chain_name(std::string_view name) {
  constexpr std::size_t longest = 24;  // "f2b-" before it makes iptables' longest chain
  return !name.empty() && name.size() <= longest && name.front() != '-' &&
         std::ranges::all_of(name, [](char c) {
           const bool letter = text::to_lower(c) >= 'a' && text::to_lower(c) <= 'z';
           return letter || text::is_digit(c) || c == '_' || c == '-' || c == '.' || c == '@';
         });
}

ban::ActionSpec iptables_rules(const Native& native) {
  const auto rules = rules_of(native);
  const auto chain = "f2b-" + native.name;
  ban::ActionSpec out;
  out.name = "iptables-rules-" + native.name;
  out.options = {
      {"actionstart", made(rules, chain)},
      {"actionstop", removed(rules, chain)},
      {"actioncheck", checked(rules)},
      {"actionrepair", made(rules, chain)},
      {"actionstart_on_demand", "False"},
      {"iptables", "iptables -w"},
      {"iptables?family=inet6", "ip6tables -w"},
      {"set", chain},
      {"set?family=inet6", chain + "6"},
      {"icmp", "icmp-port-unreachable"},
      {"icmp?family=inet6", "icmp6-port-unreachable"},
  };
  return out;
}

}  // namespace spranga::guard::actions
