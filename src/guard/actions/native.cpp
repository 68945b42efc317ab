#include "guard/actions/native.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "guard/actions/iptables_rules.h"
#include "guard/actions/properties.h"
#include "text/ascii.h"
#include "text/escape.h"

namespace spranga::guard::actions {

namespace {

using firewall::Backend;
using firewall::Protocols;
using firewall::Verdict;

struct StockAction {
  std::string_view name;
  Backend backend;
  /// Of each command in turn, for IPv4 and then IPv6: lengths of literal text, and letters for the
  /// values between them; a semicolon ends a command.
  std::string_view layout;
  std::uint64_t rest;   // hash of the literal text
  std::uint64_t usual;  // hash of the two blocktypes that nobody set
};

constexpr auto ipset = Backend::ipset;
constexpr auto nftables = Backend::nftables;

constexpr std::array stock_actions = {
#define SPRANGA_STOCK(name, backend, layout, rest, usual) \
  StockAction{name, backend, layout, rest, usual},
#include "guard/actions/stock_actions.inc"
#undef SPRANGA_STOCK
};

/// In the order of the layouts.
constexpr std::array commands = {"actionstart",
                                 "actionstop",
                                 "actionflush",
                                 "actionreload",
                                 "actioncheck",
                                 "actionrepair",
                                 "actionban",
                                 "actionprolong",
                                 "actionreban",
                                 "actionunban"};
constexpr std::array families = {"inet4", "inet6"};

struct Hole {
  char letter;
  const char* option;
};

constexpr std::array holes = {Hole{'n', "name"},
                              Hole{'p', "port"},
                              Hole{'t', "protocol"},
                              Hole{'c', "chain"},
                              Hole{'b', "blocktype"}};

constexpr std::size_t hole_of(char letter) {
  return static_cast<std::size_t>(std::ranges::find(holes, letter, &Hole::letter) - holes.begin());
}

/// FNV-1a, 64 bits.
class Hash {
public:
  void add(std::string_view bytes) {
    constexpr std::uint64_t prime = 0x100000001b3;
    for (const char c : bytes) {
      value_ = (value_ ^ static_cast<unsigned char>(c)) * prime;
    }
  }

  void add_end() { add(std::string_view("\0", 1)); }

  [[nodiscard]] std::uint64_t value() const { return value_; }

private:
  std::uint64_t value_{0xcbf29ce484222325};
};

/// The texts of an action for one family: its commands, and what stands in their holes.
struct Resolved {
  std::array<std::string, commands.size()> texts;
  std::array<std::string, holes.size()> values;

  [[nodiscard]] const std::string& value(char letter) const { return values[hole_of(letter)]; }
};

using Both = std::array<Resolved, families.size()>;

std::optional<Both> resolve(const ban::ActionSpec& spec) {
  Properties properties(
      spec, [](bool full) { return std::string(full ? "<fq-hostname>" : "<sh-hostname>"); }, true);
  Both out;
  for (std::size_t f = 0; f < families.size(); ++f) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
      auto text = properties.raw(commands[i]).empty()
                      ? Result<std::string>("")
                      : properties.command(commands[i], families[f]);
      if (!text) {
        return std::nullopt;
      }
      out[f].texts[i] = std::move(*text);
    }
    for (std::size_t i = 0; i < holes.size(); ++i) {
      const bool known = spec.option(holes[i].option) != nullptr;
      auto text =
          known ? properties.command(holes[i].option, families[f]) : Result<std::string>("");
      out[f].values[i] = text ? std::move(*text) : "";
    }
  }
  return out;
}

/// One command against its part of the layout, up to the semicolon. False: it is another command.
bool fits(std::string_view text, std::string_view layout, const Resolved& action, Hash& rest) {
  while (!layout.empty()) {
    if (text::is_digit(layout.front())) {
      std::size_t length = 0;
      for (; !layout.empty() && text::is_digit(layout.front()); layout.remove_prefix(1)) {
        length = length * 10 + static_cast<std::size_t>(layout.front() - '0');
      }
      if (length > text.size()) {
        return false;
      }
      rest.add(text.substr(0, length));
      text.remove_prefix(length);
    } else {
      const auto& value = action.value(layout.front());
      if (!text.starts_with(value)) {
        return false;
      }
      text.remove_prefix(value.size());
      layout.remove_prefix(1);
    }
  }
  rest.add_end();
  return text.empty();
}

bool is(const StockAction& stock, const Both& action) {
  Hash rest;
  auto layout = stock.layout;
  for (const auto& family : action) {
    for (const auto& text : family.texts) {
      const auto end = layout.find(';');
      if (end == std::string_view::npos || !fits(text, layout.substr(0, end), family, rest)) {
        return false;
      }
      layout.remove_prefix(end + 1);
    }
  }
  return rest.value() == stock.rest;
}

bool has_hole(const StockAction& stock, char letter) {
  return stock.layout.find(letter) != std::string_view::npos;
}

std::optional<Protocols> protocols_of(std::string_view text) {
  std::string words(text);
  std::ranges::replace(words, ',', ' ');
  bool tcp = false;
  bool udp = false;
  for (const auto word : text::split_words(words)) {
    if (word == "all") {
      return Protocols::all;
    }
    if (word != "tcp" && word != "udp") {
      return std::nullopt;
    }
    tcp = tcp || word == "tcp";
    udp = udp || word == "udp";
  }
  return tcp && udp ? std::optional(Protocols::both)
         : tcp      ? std::optional(Protocols::tcp)
         : udp      ? std::optional(Protocols::udp)
                    : std::nullopt;
}

/// What an admin's blocktype says, in the words of iptables, nft or a rich rule.
std::optional<Verdict> verdict_of(std::string_view text) {
  auto words = text::to_lower(text);
  std::ranges::replace_if(
      words, [](char c) { return c == '\'' || c == '"' || c == '='; }, ' ');
  std::string plain;
  for (const auto word : text::split_words(words)) {
    plain += (plain.empty() ? "" : " ") + std::string(word);
  }
  if (plain == "drop") {
    return Verdict::drop;
  }
  if (plain == "reject --reject-with tcp-reset" || plain == "reject with tcp reset" ||
      plain == "reject type tcp-reset") {
    return Verdict::reset;
  }
  const bool icmp = plain.starts_with("reject --reject-with icmp") ||
                    plain.starts_with("reject with icmp") || plain.starts_with("reject type icmp");
  return icmp || plain == "reject" ? std::optional(Verdict::reject) : std::nullopt;
}

/// fail2ban's own blocktype stands for what suits each protocol; one that was set is literal. Where
/// it was set for one family only, that one speaks for both.
std::optional<Verdict> verdict_of(const StockAction& stock, const Both& action) {
  Hash usual;
  usual.add(action[0].value('b'));
  usual.add_end();
  usual.add(action[1].value('b'));
  if (usual.value() == stock.usual) {
    return Verdict::standard;
  }
  return verdict_of(action[0].value('b'));
}

/// Programs that make a firewall action; for what is said where it is none of the known ones.
bool speaks_to_firewall(const Both& action) {
  constexpr std::array programs = {"iptables", "nft ", "firewall-cmd", "ipset "};
  return std::ranges::any_of(action, [&](const Resolved& family) {
    return std::ranges::any_of(family.texts, [&](const std::string& text) {
      return std::ranges::any_of(
          programs, [&](const char* program) { return text.find(program) != std::string::npos; });
    });
  });
}

Way as_written(std::string why) {
  return {std::nullopt, std::move(why)};
}

Way native_of(const StockAction& stock, const Both& action, const ServicePort& service) {
  Native out;
  out.backend = stock.backend;
  out.name = action[0].value('n');
  out.chain = action[0].value('c');
  if (has_hole(stock, 'p')) {
    auto ports = parse_ports(action[0].value('p'), service);
    if (!ports) {
      return as_written("port = " + text::escape(action[0].value('p')) + ": " +
                        ports.error().detail);
    }
    out.ports = std::move(*ports);
  }
  const auto protocols =
      has_hole(stock, 't') ? protocols_of(action[0].value('t')) : std::optional(Protocols::all);
  if (!protocols) {
    return as_written("protocol = " + text::escape(action[0].value('t')) +
                      ": only tcp, udp and all are known");
  }
  out.protocols = *protocols;
  if (out.protocols == Protocols::all && !out.ports.empty()) {
    return as_written("protocol = all has no ports");
  }
  const auto verdict = verdict_of(stock, action);
  if (!verdict) {
    return as_written("blocktype = " + text::escape(action[0].value('b')) + ": not one of ours");
  }
  out.verdict = *verdict;
  if (out.backend == Backend::ipset && !(is_chain_name(out.name) && is_chain_name(out.chain))) {
    return as_written("name = " + text::escape(out.name) + ", chain = " + text::escape(out.chain) +
                      ": not both are names that iptables takes");
  }
  return {std::move(out), ""};
}

/// What the option `chain` may stand for: itself, or where the jail hands on "<known/chain>" (as
/// fail2ban's own jail.conf does) the one of the action's [Init]. The commands have it filled in
/// already; the option alone keeps the tag.
std::span<const std::string_view> chains_of(const ban::ActionSpec& spec) {
  constexpr static std::array<std::string_view, 1> itself = {""};
  constexpr static std::array<std::string_view, 3> of_stock_actions = {
      "INPUT", "f2b-chain", "INPUT_direct"};
  const auto* const chain = spec.option("chain");
  return chain != nullptr && *chain == "<known/chain>"
             ? std::span<const std::string_view>(of_stock_actions)
             : itself;
}

const Both& with_chain(Both& action, std::string_view chain) {
  for (auto& family : action) {
    if (!chain.empty()) {
      family.values[hole_of('c')] = chain;
    }
  }
  return action;
}

}  // namespace

Way way_of(const ban::ActionSpec& spec, const ServicePort& service) {
  if (spec.is_script) {
    return {};
  }
  auto action = resolve(spec);
  if (!action) {
    return as_written("its tags lead back to themselves");
  }
  for (const auto& stock : stock_actions) {
    for (const auto chain : chains_of(spec)) {
      const auto& same = with_chain(*action, chain);
      if (is(stock, same)) {
        return native_of(stock, same, service);
      }
    }
  }
  return speaks_to_firewall(*action) ? as_written("its commands are not those of a stock action")
                                     : Way{};
}

}  // namespace spranga::guard::actions
