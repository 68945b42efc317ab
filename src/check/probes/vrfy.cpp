#include "check/probes/vrfy.h"

#include <string>
#include <utility>
#include <vector>

#include "check/noise_cost.h"

namespace spranga::check {

namespace {

using finding::Status;
using words::Phrase;
using words::Word;

}  // namespace

void ask_names(Stranger& stranger) {
  auto& audit = stranger.audit();
  const auto add = [&](Status status, Phrase summary) {
    audit.add(stranger.finding_of("S7", status, std::move(summary)));
  };
  const int cost = noise_cost(LoudProbe::vrfy_refused, audit.product());
  const int relay = noise_cost(LoudProbe::relay_refused, audit.product());
  const bool own_domain = cost > 0 && !audit.subject().domain.empty() &&
                          audit.lines_for_strangers() == 0;  // is asked too: S1 matters more
  const int relays = own_domain ? 2 : 1;
  if (!audit.may_spend(cost + relays * relay) && !audit.settings().expn) {
    add(Status::not_tested, {Word::s7_budget, {}});
    return;
  }
  if (!stranger.open()) {
    add(Status::not_tested, stranger.trouble());
    return;
  }
  auto& session = stranger.ask();
  std::vector<std::string> commands{"VRFY postmaster"};
  if (audit.settings().expn) {
    commands.insert(commands.end(), {"VRFY " + audit.subject().nonce, "EXPN postmaster"});
  }
  std::string telling;
  std::string last;
  for (const auto& command : commands) {
    const auto reply = session.command(command);
    if (!reply) {
      add(Status::not_tested, {Word::lost_here, {reply.error().detail}});
      return;
    }
    last = reply->first_line();
    const bool told = reply->code == 250 || reply->code == 251;
    telling = told ? command : telling;
    if (!told) {
      audit.add_noise("S7", cost);
    }
  }
  if (telling.empty()) {
    add(Status::pass, {Word::s7_silent, {stranger.port(), last}});
  } else {
    add(Status::warn, {Word::s7_tells, {telling, last}});
  }
}

}  // namespace spranga::check
