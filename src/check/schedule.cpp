#include "check/schedule.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include "check/door.h"
#include "check/opening.h"
#include "check/probes/clear_auth.h"
#include "check/probes/offers.h"
#include "check/probes/pool.h"
#include "check/probes/relay.h"
#include "check/probes/sender.h"
#include "check/probes/starttls.h"
#include "check/probes/starttls_enforced.h"
#include "check/probes/submission.h"
#include "check/probes/tls.h"

namespace spranga::check {

namespace {

using finding::Status;
using words::Word;

bool is_submission(const PortFacts& facts) {
  return facts.port != 25;
}

/// 465 that greets in clear is a submission port in clear.
void fall_back_to_clear(PortFacts& facts) {
  facts.implicit_tls = false;
  facts.state = PortState::untested;
}

bool handshake_met_clear_text(const PortFacts& facts) {
  return facts.implicit_tls && facts.state == PortState::tls_failed && facts.met_clear_text;
}

/// A submission port that says nothing may wait for a ClientHello (587 in wrapper mode): asked
/// once. What speaks no TLS either stays silent, as it was.
Opened try_implicit_tls(Audit& audit, PortFacts& facts, Opened silent) {
  const auto before = facts;
  facts.implicit_tls = true;
  facts.state = PortState::untested;
  auto opened = open_session(audit, facts, "A1 S4");
  if (facts.state != PortState::open) {
    facts = before;
    return silent;
  }
  return opened;
}

/// S4 on the conversation as it stands, or why not. True where mail of the own domain is taken.
bool probe_without_login(Audit& audit,
                         PortFacts& facts,
                         std::unique_ptr<Conversation> conversation,
                         const words::Phrase& trouble) {
  if (!audit.asks(2) || !is_submission(facts)) {
    return false;
  }
  if (conversation && conversation->smtp().alive()) {
    return probe_open_submission(audit, facts, std::move(conversation));
  }
  const auto untested = words::Phrase{Word::a2_untested, {std::to_string(facts.port)}};
  audit.add(make_finding("S4",
                         Status::not_tested,
                         trouble.word == Word::none ? untested : trouble,
                         audit,
                         facts.port));
  return false;
}

void cross_to_tls(Audit& audit, PortFacts& facts, std::unique_ptr<Conversation> conversation) {
  StarttlsNotes notes;
  const auto open = [&](const std::string& purpose) {
    auto opened = open_session(audit, facts, purpose);
    notes.trouble = opened.conversation ? notes.trouble : opened.trouble;
    return std::move(opened.conversation);
  };
  if (!conversation) {
    conversation = open("A3 A5 A6");
  }
  while (conversation && probe_starttls(audit, facts, *conversation, notes)) {
    conversation.reset();
    conversation = open("A5 A6");
  }
  finish_starttls(audit, facts, notes);
  const bool takes_own_domain =
      probe_without_login(audit, facts, std::move(conversation), notes.trouble);
  if (notes.a3) {
    conclude_clear_mail(audit, std::move(*notes.a3), takes_own_domain);
  }
}

/// The main dialogue of a port: greeting, EHLO, A2, A3, A5, A6, S4 on one connection where the
/// server lets it.
void hold_dialogue(Audit& audit, int number, std::mutex& clear_auth_turn) {
  auto& facts = audit.port(number);
  audit.say({Word::step_port, {std::to_string(number)}});
  auto opened = open_session(audit, facts, "A1 A2 A3 A5 A6 S4");
  const bool tried_clear = handshake_met_clear_text(facts);
  if (!opened.conversation && tried_clear) {
    fall_back_to_clear(facts);
    opened = open_session(audit, facts, "A1 A2 A3 A5 A6 S4");
    facts.implicit_tls = facts.state != PortState::open;
  }
  if (facts.state == PortState::silent && is_submission(facts) && !facts.implicit_tls &&
      !tried_clear) {
    opened = try_implicit_tls(audit, facts, std::move(opened));
  }
  if (!opened.conversation) {
    return;
  }
  if (facts.implicit_tls) {
    static_cast<void>(probe_without_login(audit, facts, std::move(opened.conversation), {}));
    return;
  }
  if (audit.asks(1)) {
    const std::lock_guard turn(
        clear_auth_turn);  // what AUTH shows on one port spares a line on the next
    probe_clear_auth(audit, facts, *opened.conversation);
    if (!opened.conversation->smtp().alive()) {
      opened.conversation.reset();
    }
  }
  cross_to_tls(audit, facts, std::move(opened.conversation));
}

/// The main dialogue, and the door again where it was loud.
void talk_to_port(Audit& audit, int number, std::mutex& clear_auth_turn) {
  const int quiet = audit.noise().lines();
  hold_dialogue(audit, number, clear_auth_turn);
  if (audit.noise().lines() > quiet) {
    try_the_door(audit, number, "A2");
  }
}

/// Findings that only make sense once all dialogues of the address are done.
void conclude_rule_1(Audit& audit) {
  if (!audit.asks(1)) {
    return;
  }
  for (const int number : audit.open_ports()) {
    auto& facts = audit.port(number);
    if (!facts.implicit_tls) {
      conclude_clear_auth(audit, facts);
    }
    conclude_tls(audit, facts);
  }
}

/// Ports that could not be tested leave MUST checks open, except where a shut port is no fault.
void add_untested_ports(Audit& audit) {
  const bool reachable = !audit.open_ports().empty();
  const bool blocked = !audit.blocked_after().empty();
  for (const auto& [number, facts] : audit.all_ports()) {
    const bool silent = facts.state == PortState::shut || facts.state == PortState::filtered;
    const bool sure = facts.state == PortState::shut && audit.shut_means_closed();
    const bool harmless =
        facts.state == PortState::open || sure || (silent && number != 25 && reachable && !blocked);
    if (harmless) {
      continue;
    }
    if (audit.asks(1)) {
      audit.add(make_finding("A2", Status::not_tested, state_phrase(facts), audit, number));
    }
    if (audit.asks(2) && number != 25) {
      audit.add(make_finding("S4", Status::not_tested, state_phrase(facts), audit, number));
    }
    if (audit.asks(2) && number == 25 && !reachable) {  // else the relay probe has said so
      audit.add(make_finding("S1", Status::not_tested, state_phrase(facts), audit, number));
    }
  }
}

bool has(const std::vector<int>& ports, int port) {
  return std::ranges::find(ports, port) != ports.end();
}

/// Two threads take the ports in turn: main dialogue, then the old-TLS handshake.
void run_dialogues(Audit& audit) {
  std::vector<int> ports = audit.subject().ports;
  std::ranges::stable_sort(ports, std::greater<>{});  // 587 and 465 at once, then 25
  std::atomic<std::size_t> next{0};
  std::mutex clear_auth_turn;
  const auto work = [&] {
    for (auto i = next++; i < ports.size(); i = next++) {
      talk_to_port(audit, ports[i], clear_auth_turn);
      auto& facts = audit.port(ports[i]);
      if (audit.asks(1) && facts.state == PortState::open && facts.tls_seen) {
        probe_old_tls(audit, facts);
      }
    }
  };
  const std::jthread beside(work);
  work();
}

void run_after_helo(Audit& audit) {
  const auto open = audit.open_ports();
  for (const int number : {25, 587}) {
    if (has(open, number) && !audit.port(number).implicit_tls) {
      const auto turn = audit.turn_of(number);
      const int quiet = audit.noise().lines();
      probe_clear_auth_after_helo(audit, audit.port(number));
      if (audit.noise().lines() > quiet) {
        try_the_door(audit, number, "A2");
      }
      return;
    }
  }
}

}  // namespace

void run_audit(Audit& audit) {
  run_dialogues(audit);
  recheck_silent_ports(audit);
  if (!audit.open_ports().empty()) {
    {
      std::jthread beside([&] {
        if (audit.asks(2)) {
          probe_senders(audit);
        }
      });
      if (audit.asks(1)) {
        run_after_helo(audit);
      }
    }
    conclude_rule_1(audit);
    if (audit.asks(2)) {
      probe_relay(audit);
    }
    conclude_offers(audit);
    if (audit.asks(1)) {
      conclude_pool(audit);
    }
  }
  add_untested_ports(audit);
}

}  // namespace spranga::check
