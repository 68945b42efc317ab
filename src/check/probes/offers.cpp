#include "check/probes/offers.h"

#include <algorithm>
#include <array>

#include "check/opening.h"
#include "smtp/sasl.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

using finding::Status;
using words::Phrase;
using words::Word;

bool login_over_tls(const PortFacts& facts) {
  return facts.tls_seen && facts.secure.auth();
}

/// Ports that were reached, or that should have been and were not.
bool may_hide_submission(const PortFacts& facts) {
  switch (facts.state) {
    case PortState::turned_away:
    case PortState::silent:
    case PortState::tls_failed:
      return facts.port != 25;
    default:
      return false;
  }
}

void add_a1(Audit& audit, const PortFacts& facts, bool any_other) {
  const auto port = std::to_string(facts.port);
  if (login_over_tls(facts)) {
    audit.add(make_finding("A1",
                           Status::pass,
                           {Word::a1_offered, {port, text::enumerate(facts.secure.mechanisms)}},
                           audit,
                           facts.port,
                           true));
    return;
  }
  if (facts.port == 25 && !facts.clear.auth()) {
    return;
  }
  const bool seen = facts.no_tls || (facts.tls_seen && facts.secure.extended);
  if (!seen) {
    if (!any_other) {
      audit.add(make_finding("A1",
                             Status::not_tested,
                             {Word::starttls_lost, {port, facts.tls_trouble}},
                             audit,
                             facts.port));
    }
    return;
  }
  const auto word = facts.clear.auth() ? Word::a1_only_in_clear
                    : facts.tls_seen   ? Word::a1_no_auth
                                       : Word::a1_no_tls;
  const auto status = any_other && !facts.clear.auth() ? Status::warn : Status::fail;
  audit.add(make_finding("A1", status, {word, {port, facts.tls_trouble}}, audit, facts.port));
}

void conclude_a1(Audit& audit) {
  const auto& ports = audit.all_ports();
  const bool any =
      std::ranges::any_of(ports, [](const auto& p) { return login_over_tls(p.second); });
  bool said = false;
  for (const auto& [number, facts] : ports) {
    if (facts.state == PortState::open) {
      add_a1(audit, facts, any);
      said = said || number != 25 || facts.clear.auth() || login_over_tls(facts);
    } else if (may_hide_submission(facts) && !any) {
      audit.add(make_finding("A1", Status::not_tested, state_phrase(facts), audit, number));
      said = true;
    }
  }
  if (!said) {
    audit.add(make_finding("A1", Status::info, {Word::a1_pure_mx, {}}, audit, std::nullopt));
  }
}

bool is_weak(const std::string& mechanism) {
  return smtp::mechanism_kind(mechanism) == smtp::MechanismKind::challenge ||
         mechanism == "ANONYMOUS";
}

void conclude_a7(Audit& audit, const PortFacts& facts) {
  const auto& offered = facts.secure.mechanisms;
  std::vector<std::string> weak;
  std::ranges::copy_if(offered, std::back_inserter(weak), is_weak);
  const bool oauth = std::ranges::any_of(
      offered, [](const auto& m) { return smtp::mechanism_kind(m) == smtp::MechanismKind::oauth; });
  const bool scram = std::ranges::any_of(
      offered, [](const auto& m) { return smtp::mechanism_kind(m) == smtp::MechanismKind::scram; });
  auto out = make_finding("A7",
                          weak.empty() ? Status::info : Status::warn,
                          {Word::a7_offers, {std::to_string(facts.port), text::enumerate(offered)}},
                          audit,
                          facts.port,
                          true);
  out.remedy.reset();
  if (!weak.empty()) {
    out.also.push_back({Word::a7_weak, {text::enumerate(weak)}});
  }
  out.also.push_back({oauth ? Word::a7_oauth : Word::a7_no_oauth, {}});
  if (scram) {
    out.also.push_back({Word::a7_scram, {}});
  }
  audit.add(std::move(out));
}

void conclude_465(Audit& audit) {
  const auto& ports = audit.all_ports();
  const auto found = ports.find(465);
  if (found == ports.end()) {
    return;
  }
  const auto submission = ports.find(587);
  const bool needed = submission != ports.end() && submission->second.state == PortState::open;
  if (found->second.state == PortState::shut && needed) {
    audit.add(make_finding("A7", Status::info, {Word::a7_no_465, {}}, audit, 465));
  }
}

void conclude_x8(Audit& audit) {
  for (const int number : audit.open_ports()) {
    const auto& facts = audit.port(number);
    const auto product = audit.product();
    const auto name = std::string(finding::product_name(product));
    const auto greeting = facts.greeting.first_line();
    const auto summary = name.empty() ? words::Phrase{Word::x8_unknown, {greeting}}
                                      : words::Phrase{Word::x8_product, {name, greeting}};
    auto out = make_finding("X8", Status::info, summary, audit, number);
    audit.add(std::move(out));
    return;
  }
}

void conclude_x11(Audit& audit, const PortFacts& facts) {
  constexpr std::array dangerous = {"XCLIENT", "XFORWARD"};
  std::vector<std::string> found;
  for (const auto* keyword : dangerous) {
    if (facts.clear.has(keyword) || facts.secure.has(keyword)) {
      found.emplace_back(keyword);
    }
  }
  const bool etrn = facts.clear.has("ETRN") || facts.secure.has("ETRN");
  const auto port = std::to_string(facts.port);
  if (!found.empty()) {
    audit.add(make_finding("X11",
                           Status::warn,
                           {Word::x11_offered, {text::enumerate(found), port}},
                           audit,
                           facts.port));
  } else if (etrn) {
    audit.add(make_finding("X11", Status::info, {Word::x11_etrn, {port}}, audit, facts.port));
  } else {
    audit.add(make_finding("X11", Status::pass, {Word::x11_none, {port}}, audit, facts.port));
  }
}

}  // namespace

bool offers_auth(const Audit& audit) {
  return std::ranges::any_of(audit.all_ports(), [](const auto& entry) {
    return entry.second.clear.auth() || entry.second.secure.auth();
  });
}

void conclude_offers(Audit& audit) {
  if (audit.asks(1)) {
    conclude_a1(audit);
    for (const int number : audit.open_ports()) {
      if (login_over_tls(audit.port(number))) {
        conclude_a7(audit, audit.port(number));
      }
    }
    conclude_465(audit);
  }
  conclude_x8(audit);
  for (const int number : audit.open_ports()) {
    conclude_x11(audit, audit.port(number));
  }
}

}  // namespace spranga::check
