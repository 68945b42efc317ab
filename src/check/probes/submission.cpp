#include "check/probes/submission.h"

#include <utility>

#include "check/noise_cost.h"
#include "check/probes/submission_answers.h"
#include "smtp/refusal.h"

namespace spranga::check {

namespace {

using finding::Status;
using words::Phrase;
using words::Word;

/// Who has not logged in, on one conversation.
class Asker {
public:
  Asker(Audit& audit, Conversation& conversation, std::string recipient)
      : audit_(audit),
        conversation_(conversation),
        recipient_(std::move(recipient)),
        own_sender_(recipient_),
        port_(std::to_string(conversation.port())),
        mark_(conversation.smtp().mark()) {}

  finding::Finding judge();

private:
  struct Answer {
    Result<smtp::Reply> reply;
    bool at_mail{false};  // it came no further
    bool counted{false};  // by a guard of the server
  };

  Answer ask_as(const std::string& sender);
  Answer ask_as_own();
  finding::Finding judge_strangers(const Answer& own);
  finding::Finding judge_both(const Answer& own, const Answer& strangers);

  [[nodiscard]] finding::Finding not_tested(Phrase why) const {
    return make_finding("S4", Status::not_tested, std::move(why), conversation_, mark_);
  }

  [[nodiscard]] finding::Finding lost(const Answer& answer) const {
    return not_tested({Word::lost_here, {answer.reply.error().detail}});
  }

  Audit& audit_;
  Conversation& conversation_;
  std::string recipient_;
  std::string own_sender_;
  std::string port_;
  std::size_t mark_;
  bool asked_{false};
};

Asker::Answer Asker::ask_as(const std::string& sender) {
  auto& session = conversation_.smtp();
  if (std::exchange(asked_, true)) {
    auto reset = session.command("RSET");
    if (!reset || !reset->ok()) {
      return {std::move(reset), true};
    }
  }
  Answer out{session.command("MAIL FROM:<" + sender + ">"), true};
  if (out.reply && out.reply->ok() && !recipient_.empty()) {
    out = {session.command("RCPT TO:<" + recipient_ + ">"), false};
  }
  out.counted = note_refusal(audit_, "S4", conversation_, out.reply, recipient_) > 0;
  if (out.counted) {
    audit_.set_strangers_counted();
  }
  return out;
}

/// An address that is kept for its login alone says nothing of the domain's other ones.
Asker::Answer Asker::ask_as_own() {
  auto answer = ask_as(own_sender_);
  const auto& domain = audit_.subject().domain;
  const bool kept = answer.reply && answer.reply->refused() && !answer.counted &&
                    smtp::speaks_of_sender(*answer.reply);
  if (kept && !domain.empty() && !audit_.subject().own_address.empty()) {
    own_sender_ = "postmaster@" + domain;
    answer = ask_as(own_sender_);
  }
  return answer;
}

/// Two refusals: that of strangers, where it is no question of who they are.
finding::Finding Asker::judge_both(const Answer& own, const Answer& strangers) {
  if (refuses_strangers(*strangers.reply) && blames_sender(*strangers.reply, strangers.at_mail)) {
    return judge_refusal(conversation_, *own.reply, mark_);
  }
  auto out = judge_refusal(conversation_, *strangers.reply, mark_);
  const bool put_off = own.reply->temporary() && own.reply->code != 421;
  return out.status == Status::pass && put_off && !refuses_strangers(*own.reply)
             ? judge_refusal(conversation_, *own.reply, mark_)
             : out;
}

finding::Finding Asker::judge_strangers(const Answer& own) {
  const auto strangers = ask_as(audit_.subject().outside_sender());
  if (!strangers.reply) {
    return lost(strangers);
  }
  if (strangers.reply->ok()) {
    return judge_data(conversation_, port_, mark_, Word::s4_open);
  }
  if (!own.reply->ok()) {
    return judge_both(own, strangers);
  }
  const auto again = ask_as(own_sender_);
  if (!again.reply) {
    return lost(again);
  }
  return again.reply->ok() ? judge_data(conversation_, port_, mark_, Word::s4_open_to_own)
                           : judge_refusal(conversation_, *again.reply, mark_);
}

/// The domain's own sender first: where each refusal is a line that a guard counts, one has to tell
/// of all. Whom would a server refuse that takes strangers' mail? Who is refused for what he is as
/// a sender says nothing of others.
finding::Finding Asker::judge() {
  if (!audit_.may_ask_as_stranger()) {
    return not_tested({Word::s4_budget, {port_}});
  }
  if (recipient_.empty()) {
    const auto strangers = ask_as(audit_.subject().outside_sender());
    return !strangers.reply        ? lost(strangers)
           : strangers.reply->ok() ? not_tested({Word::s4_no_recipient, {port_}})
                                   : judge_refusal(conversation_, *strangers.reply, mark_);
  }
  const auto own = ask_as_own();
  if (!own.reply) {
    return lost(own);
  }
  if (own.reply->ok()) {
    return judge_strangers(own);
  }
  auto out = judge_refusal(conversation_, *own.reply, mark_);
  const bool of_all = out.status == Status::pass && !blames_sender(*own.reply, own.at_mail);
  if (audit_.may_ask_as_stranger() && !(own.counted && of_all)) {
    return judge_strangers(own);
  }
  return of_all || out.status != Status::pass ? out : not_tested({Word::s4_budget, {port_}});
}

}  // namespace

std::string submission_recipient(const Subject& subject) {
  if (!subject.own_address.empty()) {
    return subject.own_address;
  }
  return subject.domain.empty() ? "" : "postmaster@" + subject.domain;
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
  audit.add(Asker(audit, conversation, submission_recipient(audit.subject())).judge());
  if (conversation.smtp().alive()) {
    // Whether RSET is liked decides nothing; the envelope ends with the connection at the latest.
    static_cast<void>(conversation.smtp().command("RSET"));
  }
}

}  // namespace spranga::check
