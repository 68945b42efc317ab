#include "check/probes/submission_answers.h"

#include "check/probes/relay_verdict.h"
#include "smtp/refusal.h"
#include "text/ascii.h"

namespace spranga::check {

using finding::Confidence;
using finding::Status;
using words::Word;

bool refuses_strangers(const smtp::Reply& reply) {
  using smtp::Reason;
  switch (smtp::reason_of(reply)) {
    case Reason::login_required:
    case Reason::tls_required:
    case Reason::relay_denied:
    case Reason::not_owner:
    case Reason::access_denied:
      return true;
    default:
      break;
  }
  // Postfix's permit_sasl_authenticated,reject among the client's restrictions says it so.
  return text::to_lower(reply.text()).find(">: client host rejected: access denied") !=
         std::string::npos;
}

bool blames_sender(const smtp::Reply& reply, bool at_mail) {
  const auto reason = smtp::reason_of(reply);
  const bool login = reason == smtp::Reason::login_required || reason == smtp::Reason::tls_required;
  return !login && (at_mail || text::to_lower(reply.text()).find("sender") != std::string::npos);
}

bool stock_words_for_clients(const smtp::Reply& reply) {
  const auto text = text::to_lower(reply.text());
  return text.ends_with("client host rejected: access denied") || stock_words_of_relaying(text);
}

bool puts_off(const smtp::Reply& reply) {
  return reply.temporary() && reply.code != 421 && !refuses_strangers(reply);
}

SubmissionVerdict judge_data(const Result<smtp::Reply>& reply, const std::string& port, Word open) {
  if (!reply) {
    return {Status::warn,
            {Word::s4_accepted_then_lost, {port, reply.error().detail}},
            Confidence::indirect};
  }
  if (reply->code == 354) {
    return {Status::fail, {open, {port}}, Confidence::likely};
  }
  const bool refused = smtp::refuses_envelope(*reply);
  return {refused ? Status::pass : Status::not_tested,
          {refused ? Word::s4_refused_at_data : Word::s4_unclear, {port, reply->first_line()}}};
}

SubmissionVerdict judge_refusal(const smtp::Reply& reply, const std::string& port, bool at_mail) {
  const auto line = reply.first_line();
  if (refuses_strangers(reply)) {
    return {Status::pass, {Word::s4_refused, {port, line}}};
  }
  const bool mailbox = !at_mail && smtp::knows_no_recipient(reply);
  return {Status::not_tested,
          {mailbox ? Word::s4_unknown_mailbox : Word::s4_unclear, {port, line}}};
}

}  // namespace spranga::check
