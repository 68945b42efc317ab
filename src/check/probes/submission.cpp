#include "check/probes/submission.h"

#include <utility>

#include "check/noise_cost.h"
#include "smtp/refusal.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Status;
using words::Phrase;
using words::Word;

/// Accepted at RCPT: DATA tells whether mail would really be taken. 354 drops the connection,
/// unsent.
finding::Finding judge_data(Conversation& conversation,
                            const std::string& port,
                            std::size_t mark,
                            Word open = Word::s4_open) {
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

/// The sender displeased, not the want of a login.
bool blames_sender(const smtp::Reply& reply, bool at_mail) {
  const auto reason = smtp::reason_of(reply);
  const bool login = reason == smtp::Reason::login_required || reason == smtp::Reason::tls_required;
  return !login && (at_mail || text::to_lower(reply.text()).find("sender") != std::string::npos);
}

/// A refusal at RCPT or before: S4 passes where it is for want of a login or a right.
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

/// The same questions with a sender of the domain itself.
Result<smtp::Reply> ask_as_own_sender(Audit& audit,
                                      Conversation& conversation,
                                      const std::string& own) {
  auto& session = conversation.smtp();
  auto reply = session.command("RSET");
  for (const auto* command : {"MAIL FROM:<", "RCPT TO:<"}) {
    if (reply && reply->ok()) {
      reply = session.command(command + own + ">");
    }
  }
  if (note_refusal(audit, "S4", conversation, reply, own) > 0) {
    audit.set_strangers_counted();
  }
  return reply;
}

/// Mail from the domain itself, where a foreign sender was refused for what he is.
finding::Finding judge_own_sender(Audit& audit,
                                  Conversation& conversation,
                                  const std::string& own,
                                  std::size_t mark) {
  const auto port = std::to_string(conversation.port());
  if (!audit.may_ask_as_stranger()) {
    return make_finding("S4", Status::not_tested, {Word::s4_budget, {port}}, conversation, mark);
  }
  const auto reply = ask_as_own_sender(audit, conversation, own);
  if (!reply) {
    return make_finding(
        "S4", Status::not_tested, {Word::lost_here, {reply.error().detail}}, conversation, mark);
  }
  return reply->ok() ? judge_data(conversation, port, mark, Word::s4_open_to_own)
                     : judge_refusal(conversation, *reply, mark);
}

/// A foreign sender was refused for want of a login; whoever writes as the domain itself may get
/// by, where such senders are let through first. `first` stands unless he does, or may later.
finding::Finding look_past_login(Audit& audit,
                                 Conversation& conversation,
                                 const std::string& own,
                                 std::size_t mark,
                                 finding::Finding first) {
  const auto port = std::to_string(conversation.port());
  const auto reply = ask_as_own_sender(audit, conversation, own);
  if (reply && reply->ok()) {
    return judge_data(conversation, port, mark, Word::s4_open_to_own);
  }
  const bool put_off = reply && reply->temporary() && reply->code != 421;
  return put_off && !refuses_strangers(*reply) ? judge_refusal(conversation, *reply, mark)
                                               : std::move(first);
}

finding::Finding judge(Audit& audit, Conversation& conversation) {
  auto& session = conversation.smtp();
  const auto port = std::to_string(conversation.port());
  const auto mark = session.mark();
  const auto not_tested = [&](Phrase why) {
    return make_finding("S4", Status::not_tested, std::move(why), conversation, mark);
  };
  const auto recipient = submission_recipient(audit.subject());
  if (!audit.may_ask_as_stranger()) {
    return not_tested({Word::s4_budget, {port}});
  }
  auto reply = session.command("MAIL FROM:<" + audit.subject().outside_sender() + ">");
  const bool at_mail = !reply || !reply->ok();
  if (reply && reply->ok()) {
    if (recipient.empty()) {
      return not_tested({Word::s4_no_recipient, {port}});
    }
    reply = session.command("RCPT TO:<" + recipient + ">");
  }
  const bool counted = note_refusal(audit, "S4", conversation, reply, recipient) > 0;
  if (counted) {
    audit.set_strangers_counted();
  }
  if (!reply) {
    return not_tested({Word::lost_here, {reply.error().detail}});
  }
  if (reply->ok()) {
    return judge_data(conversation, port, mark);
  }
  if (refuses_strangers(*reply) && !recipient.empty() && blames_sender(*reply, at_mail)) {
    return judge_own_sender(audit, conversation, recipient, mark);
  }
  auto out = judge_refusal(conversation, *reply, mark);
  const bool free = !counted && !recipient.empty() && audit.may_ask_as_stranger();
  return out.status == Status::pass && free
             ? look_past_login(audit, conversation, recipient, mark, std::move(out))
             : out;
}

}  // namespace

std::string submission_recipient(const Subject& subject) {
  if (!subject.own_address.empty()) {
    return subject.own_address;
  }
  return subject.domain.empty() ? "" : "postmaster@" + subject.domain;
}

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

void probe_open_submission(Audit& audit, const PortFacts& facts, Conversation& conversation) {
  const auto port = std::to_string(facts.port);
  if (audit.subject().from_itself) {
    audit.add(
        make_finding("S4", Status::not_tested, {Word::from_itself, {}}, audit, facts.port, true));
    return;
  }
  audit.say({Word::step_open_submission, {port}});
  const auto turn = audit.turn_of_strangers();
  audit.add(judge(audit, conversation));
  if (conversation.smtp().alive()) {
    // Whether RSET is liked decides nothing; the envelope ends with the connection at the latest.
    static_cast<void>(conversation.smtp().command("RSET"));
  }
}

}  // namespace spranga::check
