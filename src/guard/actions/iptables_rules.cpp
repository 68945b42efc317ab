#include "guard/actions/iptables_rules.h"

#include <algorithm>
#include <initializer_list>
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
};

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const auto part : parts) {
    out += part;
  }
  return out;
}

/// "25", "4000:4010".
std::string text_of(const PortRange& range) {
  return std::to_string(range.first) +
         (range.first == range.last ? "" : ":" + std::to_string(range.last));
}

/// One multiport match takes 15 ports; a range counts as two.
std::vector<std::string> port_lists(const std::vector<PortRange>& ports) {
  constexpr std::size_t most = 15;
  std::vector<std::string> out;
  std::size_t used = most;
  for (const auto& range : ports) {
    const std::size_t needs = range.first == range.last ? 1 : 2;
    if (used + needs > most) {
      out.emplace_back();
      used = 0;
    }
    out.back() += (used == 0 ? "" : ",") + text_of(range);
    used += needs;
  }
  return out;
}

std::string chain_of(const Native& native) {
  return "f2b-" + native.name;
}

constexpr auto began_outside = "-m conntrack --ctdir ORIGINAL ";

/// What a direction never matches, not even when it is negated. With a comment, as below.
std::string of_no_connection(const std::string& chain) {
  return joined(
      {"-m conntrack --ctstate INVALID,UNTRACKED -m comment --comment ", chain, ":untracked "});
}

/// What packets a door is about: at this host, or on their way through it.
struct Matches {
  std::vector<std::string> here;
  std::vector<std::string> through;
};

/// The old iptables may take two rules that differ only in what they ask of conntrack for the same;
/// comments it tells apart.
void add_protocol(Matches& to,
                  const std::string& protocol,
                  const std::vector<PortRange>& ports,
                  const std::string& chain) {
  const auto match = "-p " + protocol + " ";
  if (ports.empty()) {
    to.here.push_back(match + began_outside);
    to.here.push_back(match + of_no_connection(chain));
    to.through.push_back(match + began_outside);
  }
  for (const auto& list : port_lists(ports)) {
    to.here.push_back(joined({match, "-m multiport --dports ", list, " "}));
  }
  for (const auto& range : ports) {
    const auto port = text_of(range);
    to.through.push_back(joined({match,
                                 began_outside,
                                 "--ctorigdstport ",
                                 port,
                                 " -m comment --comment ",
                                 chain,
                                 ":",
                                 port,
                                 " "}));
  }
}

Matches matches_of(const Native& native) {
  Matches out;
  if (native.protocols == Protocols::tcp || native.protocols == Protocols::both) {
    add_protocol(out, "tcp", native.ports, chain_of(native));
  }
  if (native.protocols == Protocols::udp || native.protocols == Protocols::both) {
    add_protocol(out, "udp", native.ports, chain_of(native));
  }
  if (native.protocols == Protocols::all) {
    // Neighbours are found by ICMPv6 that conntrack leaves alone: this host may ask for theirs.
    const auto of_none = "! -p ipv6-icmp " + of_no_connection(chain_of(native));
    out = {{began_outside, of_none}, {began_outside}};
  }
  return out;
}

constexpr auto in_set = "-m set --match-set <set> src ";

/// What the chain does with whom it finds in the set; not by the order of its rules.
std::vector<std::string> verdicts(Verdict verdict) {
  const std::string rejected = "-j REJECT --reject-with ";
  switch (verdict) {
    case Verdict::drop:
      return {std::string(in_set) + "-j DROP"};
    case Verdict::reject:
      return {in_set + rejected + "<icmp>"};
    default:
      return {"-p tcp " + (in_set + rejected) + "tcp-reset",
              "! -p tcp " + (in_set + rejected) + "<icmp>"};
  }
}

std::vector<Rule> rules_of(const Native& native) {
  const auto chain = chain_of(native);
  const auto matches = matches_of(native);
  std::vector<Rule> out;
  for (const auto& match : matches.through) {
    out.push_back({"mangle", "FORWARD", joined({match, in_set, "-j DROP"})});
  }
  for (const auto& verdict : verdicts(native.verdict)) {
    out.push_back({"filter", chain, verdict});
  }
  for (const auto& match : matches.here) {
    out.push_back({"filter", native.chain, joined({match, "-j ", chain})});
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
    out += " &&\n{ " + call(rule, "-C") + " >/dev/null 2>&1 || " + call(rule, "-I") + "; }";
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

std::string rules_name(std::string_view action) {
  return std::string(action) + " (rules)";
}

ban::ActionSpec iptables_rules(const Native& native) {
  const auto rules = rules_of(native);
  const auto chain = chain_of(native);
  ban::ActionSpec out;
  out.options = {
      {"actionstart",
       "{ " + made(rules, chain) + "; } || {\n" + removed(rules, chain) + "\nfalse\n}"},
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
