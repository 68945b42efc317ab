#include "check/probes/submission_answers.h"

#include <utility>

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

finding::Finding judge_data(Conversation& conversation,
                            const std::string& port,
                            std::size_t mark,
                            Word open) {
  const auto reply = conversation.smtp().command("DATA");
  if (!reply) {
    auto out = make_finding("S4",
                            Status::warn,
                            {Word::s4_accepted_then_lost, {port, reply.error().detail}},
                            conversation,
                            mark);
    out.confidence = Confidence::indirect;
    return out;
  }
  if (reply->code != 354 && !smtp::refuses_envelope(*reply)) {
    return make_finding("S4",
                        Status::not_tested,
                        {Word::s4_unclear, {port, reply->first_line()}},
                        conversation,
                        mark);
  }
  if (reply->code != 354) {
    return make_finding("S4",
                        Status::pass,
                        {Word::s4_refused_at_data, {port, reply->first_line()}},
                        conversation,
                        mark);
  }
  conversation.smtp().drop();
  auto out = make_finding("S4", Status::fail, {open, {port}}, conversation, mark);
  out.confidence = Confidence::likely;
  return out;
}

bool blames_sender(const smtp::Reply& reply, bool at_mail) {
  const auto reason = smtp::reason_of(reply);
  const bool login = reason == smtp::Reason::login_required || reason == smtp::Reason::tls_required;
  return !login && (at_mail || text::to_lower(reply.text()).find("sender") != std::string::npos);
}

finding::Finding judge_refusal(Conversation& conversation,
                               const smtp::Reply& reply,
                               std::size_t mark) {
  const auto port = std::to_string(conversation.port());
  const auto line = reply.first_line();
  if (refuses_strangers(reply)) {
    return make_finding("S4", Status::pass, {Word::s4_refused, {port, line}}, conversation, mark);
  }
  const bool mailbox = smtp::knows_no_recipient(reply);
  return make_finding("S4",
                      Status::not_tested,
                      {mailbox ? Word::s4_unknown_mailbox : Word::s4_unclear, {port, line}},
                      conversation,
                      mark);
}

}  // namespace spranga::check
