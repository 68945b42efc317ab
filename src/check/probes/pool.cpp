#include "check/probes/pool.h"

#include <algorithm>

#include "check/opening.h"

namespace spranga::check {

namespace {

using finding::Status;
using words::Word;

/// What matters of an EHLO answer: STARTTLS and AUTH.
std::string essence(const PortFacts& facts) {
  const auto& seen = facts.implicit_tls ? facts.secure : facts.clear;
  std::string out = seen.starttls() ? "STARTTLS" : "no STARTTLS";
  out += seen.auth() ? ", AUTH" : ", no AUTH";
  return out;
}

bool is_open(const PortFacts& facts) {
  return facts.state == PortState::open;
}

}  // namespace

void look_at_address(Audit& audit) {
  for (const int number : audit.subject().ports) {
    auto& facts = audit.port(number);
    // What came of it is in facts; compare_addresses reads that.
    static_cast<void>(open_session(audit, facts, "A8"));
  }
}

void conclude_pool(Audit& audit) {
  for (const int number : audit.open_ports()) {
    const auto& facts = audit.port(number);
    const auto& views = facts.ehlo_views;
    if (views.size() < 2) {
      continue;
    }
    const auto other =
        std::ranges::find_if(views, [&](const auto& view) { return view != views.front(); });
    const auto port = std::to_string(number);
    if (other == views.end()) {
      audit.add(make_finding("A8",
                             Status::pass,
                             {Word::a8_alike, {port, std::to_string(views.size())}},
                             audit,
                             number));
    } else {
      auto out = make_finding("A8", Status::warn, {Word::a8_differs, {port}}, audit, number);
      out.evidence.push_back(
          {std::chrono::microseconds{0}, finding::Direction::event, "EHLO: " + views.front()});
      out.evidence.push_back(
          {std::chrono::microseconds{0}, finding::Direction::event, "EHLO: " + *other});
      audit.add(std::move(out));
    }
  }
}

void compare_addresses(const Audit& first, Audit& later) {
  const auto first_address = first.subject().address.to_string();
  bool said = false;
  for (const auto& [number, facts] : later.all_ports()) {
    const auto found = first.all_ports().find(number);
    if (found == first.all_ports().end() || facts.state == PortState::untested) {
      continue;
    }
    const auto& base = found->second;
    const auto port = std::to_string(number);
    const bool both_open = is_open(base) && is_open(facts);
    const bool differs =
        is_open(base) != is_open(facts) || (both_open && essence(base) != essence(facts));
    if (!differs) {
      continue;
    }
    const auto theirs = is_open(facts) ? essence(facts) : words::say(state_phrase(facts));
    const auto ours = is_open(base) ? essence(base) : words::say(state_phrase(base));
    later.add(make_finding("A8",
                           Status::warn,
                           {Word::a8_address_differs, {port, theirs, first_address, ours}},
                           later,
                           number));
    said = true;
  }
  if (!said) {
    later.add(make_finding(
        "A8", Status::pass, {Word::a8_address_alike, {first_address}}, later, std::nullopt));
  }
}

}  // namespace spranga::check
