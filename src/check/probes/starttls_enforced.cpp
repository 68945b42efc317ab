#include "check/probes/starttls_enforced.h"

#include "check/noise_cost.h"
#include "check/probes/submission.h"
#include "check/probes/submission_answers.h"
#include "smtp/refusal.h"

namespace spranga::check {

namespace {

using finding::Status;
using smtp::Reason;
using words::Phrase;
using words::Word;

enum class ClearLogin { possible, refused, unknown };

/// What A2 has shown on this port.
ClearLogin clear_login(const PortFacts& facts) {
  using State = ClearAuthFacts::State;
  switch (facts.clear_auth.state) {
    case State::taken:
    case State::advertised:
      return ClearLogin::possible;
    case State::refused:
    case State::refused_elsewhere:
    case State::pending:
      return ClearLogin::refused;
    case State::untested:
    case State::unclear:
    case State::lost:
      break;
  }
  return ClearLogin::unknown;
}

struct Judgement {
  Status status;
  Phrase summary;
};

/// Nobody can log in in clear text: STARTTLS is as good as enforced where nobody can send without a
/// login either.
Judgement without_login(const std::string& port, const Result<smtp::Reply>& reply) {
  if (!reply) {
    return {Status::not_tested, {Word::lost_here, {reply.error().detail}}};
  }
  if (reply->ok()) {
    return {Status::fail, {Word::a3_mail_in_clear, {port}}};
  }
  const bool refused = refuses_strangers(*reply);
  return {refused ? Status::pass : Status::not_tested,
          {refused ? Word::a3_nobody_can_send : Word::a3_unclear, {port, reply->first_line()}}};
}

Judgement judge(Audit& audit,
                const PortFacts& facts,
                Conversation& conversation,
                const Result<smtp::Reply>& mail) {
  const auto port = std::to_string(facts.port);
  if (!mail) {
    return {Status::not_tested, {Word::lost_here, {mail.error().detail}}};
  }
  if (smtp::reason_of(*mail) == Reason::tls_required) {
    return {Status::pass, {Word::a3_enforced, {port, mail->first_line()}}};
  }
  switch (clear_login(facts)) {
    case ClearLogin::possible:
      return {Status::fail, {Word::a3_auth_in_clear, {port}}};
    case ClearLogin::unknown:
      return {Status::not_tested, {Word::a3_unclear, {port, mail->first_line()}}};
    case ClearLogin::refused:
      break;
  }
  if (!mail->ok()) {
    return without_login(port, mail);
  }
  const auto recipient = submission_recipient(audit.subject());
  if (recipient.empty()) {
    return {Status::not_tested, {Word::a3_no_recipient, {port}}};
  }
  const auto turn = audit.turn_of_strangers();
  if (!audit.may_ask_as_stranger()) {
    return {Status::not_tested, {Word::s4_budget, {port}}};
  }
  const auto reply = conversation.smtp().command("RCPT TO:<" + recipient + ">");
  if (note_refusal(audit, "A3", conversation, reply, recipient) > 0) {
    audit.set_strangers_counted();
  }
  return without_login(port, reply);
}

}  // namespace

finding::Finding judge_clear_mail(Audit& audit,
                                  const PortFacts& facts,
                                  Conversation& conversation,
                                  const Result<smtp::Reply>& mail,
                                  std::size_t mark) {
  auto judgement = judge(audit, facts, conversation, mail);
  return make_finding("A3", judgement.status, std::move(judgement.summary), conversation, mark);
}

void conclude_clear_mail(Audit& audit, finding::Finding a3, bool takes_own_domain) {
  if (takes_own_domain && a3.summary.word == Word::a3_nobody_can_send) {
    a3.status = Status::not_tested;
    a3.summary.word = Word::a3_own_domain_sends;
  }
  audit.add(std::move(a3));
}

}  // namespace spranga::check
