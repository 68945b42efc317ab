#include "check/probes/relay.h"

#include <optional>

#include "check/door.h"
#include "check/opening.h"
#include "check/probes/open_relay.h"
#include "check/probes/own_domain.h"
#include "check/probes/stranger.h"
#include "check/probes/vrfy.h"

namespace spranga::check {

namespace {

using finding::Status;
using words::Phrase;
using words::Word;

/// Quiet questions first, the relay last.
void ask_as_stranger(Audit& audit, PortFacts& facts) {
  Stranger stranger(audit, facts);
  OwnDomain own_domain(stranger);
  OpenRelay relay(stranger);
  audit.say({Word::step_stranger, {stranger.port()}});
  own_domain.ask();
  const int quiet = audit.noise().lines();
  ask_names(stranger);
  if (audit.noise().lines() > quiet) {
    stranger.close();
    static_cast<void>(try_the_door(audit, facts.port, "S7"));  // where it is shut, open() says so
  }
  relay.ask(own_domain.refused());
  relay.conclude();
  own_domain.conclude(relay.own_mailbox_taken());
}

void add_all(Audit& audit, const PortFacts* facts, Status status, const Phrase& why) {
  const auto port = facts == nullptr ? std::optional<int>{} : std::optional<int>{facts->port};
  for (const std::string_view id : {"S1", "S3", "S7"}) {
    audit.add(make_finding(id, status, why, audit, port));
  }
}

}  // namespace

void probe_relay(Audit& audit) {
  const auto& ports = audit.all_ports();
  const auto found = ports.find(25);
  if (found == ports.end()) {
    // Left out by the user, or a submission service by its SRV record: the verdict is about the
    // others.
    add_all(audit, nullptr, Status::info, {Word::s1_port_not_asked, {}});
    return;
  }
  auto& facts = audit.port(25);
  if (audit.subject().from_itself) {
    add_all(audit, &facts, Status::not_tested, {Word::from_itself, {}});
  } else if (facts.state == PortState::shut && audit.shut_means_closed()) {
    add_all(audit, &facts, Status::info, {Word::s1_no_port, {}});
  } else if (facts.state == PortState::shut) {
    add_all(audit, &facts, Status::not_tested, {Word::s1_shut_to_us, {}});
  } else if (facts.state != PortState::open) {
    add_all(audit, &facts, Status::not_tested, state_phrase(facts));
  } else {
    ask_as_stranger(audit, facts);
  }
}

}  // namespace spranga::check
