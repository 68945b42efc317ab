#include "check/probes/submission.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "check/noise_cost.h"
#include "check/opening.h"
#include "check/probes/submission_answers.h"
#include "smtp/refusal.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Status;
using words::Phrase;
using words::Word;

constexpr int most_reopened = 2;

/// At RCPT the own domain failed for something else than the login that others are told of.
bool got_further(const smtp::Reply& own, bool strangers_at_mail) {
  return smtp::knows_no_recipient(own) ||
         (strangers_at_mail && smtp::reason_of(own) == smtp::Reason::unclear);
}

/// Who has not logged in.
class Asker {
public:
  Asker(Audit& audit, PortFacts& facts, std::unique_ptr<Conversation> conversation)
      : audit_(audit),
        facts_(facts),
        conversation_(std::move(conversation)),
        recipient_(submission_recipient(audit.subject())),
        own_sender_(recipient_),
        port_(std::to_string(facts.port)),
        mark_(conversation_->smtp().mark()) {}

  finding::Finding ask();

private:
  struct Answer {
    Result<smtp::Reply> reply;
    bool at_mail{false};  // it came no further
    bool counted{false};  // by a guard of the server
  };

  bool reset();
  bool reopen();
  bool ready();
  bool note(const Result<smtp::Reply>& reply);
  Answer ask_once_as(const std::string& sender);
  Answer ask_as(const std::string& sender);
  Answer ask_as_own();
  SubmissionVerdict data(Word open);
  SubmissionVerdict judge();
  SubmissionVerdict judge_without_recipient();
  SubmissionVerdict judge_strangers(const Answer& own);
  SubmissionVerdict judge_own_again(const SubmissionVerdict& of_strangers);
  [[nodiscard]] SubmissionVerdict judge_refused(const Answer& answer) const;
  [[nodiscard]] SubmissionVerdict judge_both(const Answer& own, const Answer& strangers) const;

  [[nodiscard]] SubmissionVerdict lost() const { return {Status::not_tested, trouble_}; }

  [[nodiscard]] SubmissionVerdict left_out() const {
    return {Status::not_tested, {Word::s4_budget, {port_}}};
  }

  Audit& audit_;
  PortFacts& facts_;
  std::unique_ptr<Conversation> conversation_;  // null where none could be had
  std::string recipient_;
  std::string own_sender_;
  std::string port_;
  std::size_t mark_;
  std::vector<finding::Line> earlier_;  // evidence of connections that are gone
  Phrase trouble_;                      // why there is no answer
  int reopened_{0};
  bool envelope_open_{false};
};

bool Asker::reset() {
  const auto reply = conversation_->smtp().command("RSET");
  envelope_open_ = !reply || !reply->ok();
  return !envelope_open_;
}

/// For those who hang up on whom they refuse, or after a few errors: another sender may be told
/// something else.
bool Asker::reopen() {
  if (!conversation_ || reopened_++ == most_reopened) {
    return false;
  }
  std::ranges::move(conversation_->evidence(mark_), std::back_inserter(earlier_));
  conversation_.reset();  // there are two at a time, and the other port may have one
  auto opened = open_secure_session(audit_, facts_, "S4");
  conversation_ = std::move(opened.conversation);
  trouble_ = std::move(opened.trouble);
  envelope_open_ = false;
  mark_ = conversation_ ? conversation_->smtp().mark() : 0;
  return conversation_ != nullptr;
}

/// For MAIL. How RSET is answered says nothing of a login.
bool Asker::ready() {
  const bool alive = conversation_ && conversation_->smtp().alive();
  return (alive && (!envelope_open_ || reset())) || reopen();
}

/// True where a guard counts it.
bool Asker::note(const Result<smtp::Reply>& reply) {
  const bool counted = note_refusal(audit_, "S4", *conversation_, reply, recipient_) > 0;
  if (counted) {
    audit_.set_strangers_counted();
  }
  return counted;
}

Asker::Answer Asker::ask_once_as(const std::string& sender) {
  if (!ready()) {
    return {fail(Errc::closed, "the connection is already closed"), true};
  }
  auto& session = conversation_->smtp();
  Answer out{session.command("MAIL FROM:<" + sender + ">"), true};
  envelope_open_ = out.reply && out.reply->ok();
  if (envelope_open_ && !recipient_.empty()) {
    out = {session.command("RCPT TO:<" + recipient_ + ">"), false};
  }
  out.counted = note(out.reply);
  return out;
}

/// A goodbye is no answer to this sender.
Asker::Answer Asker::ask_as(const std::string& sender) {
  auto out = ask_once_as(sender);
  const bool gone =
      out.reply ? out.reply->code == 421
                : out.reply.error().code == Errc::closed || out.reply.error().code == Errc::reset;
  if (gone && reopen()) {
    out = ask_once_as(sender);
  }
  if (!out.reply && trouble_.word == Word::none) {
    trouble_ = {Word::lost_here, {out.reply.error().detail}};
  }
  return out;
}

/// An address that is kept for its login alone says nothing of the domain's other ones.
Asker::Answer Asker::ask_as_own() {
  auto answer = ask_as(own_sender_);
  const auto& domain = audit_.subject().domain;
  const bool kept = answer.reply && answer.reply->refused() && !answer.counted &&
                    !puts_off(*answer.reply) && smtp::speaks_of_sender(*answer.reply);
  if (kept && !domain.empty() && !audit_.subject().own_address.empty()) {
    own_sender_ = "postmaster@" + domain;
    answer = ask_as(own_sender_);
  }
  return answer;
}

/// 354 drops the connection, unsent.
SubmissionVerdict Asker::data(Word open) {
  const auto reply = conversation_->smtp().command("DATA");
  note(reply);
  if (reply && reply->code == 354) {
    conversation_->smtp().drop();
  }
  return judge_data(reply, port_, open);
}

SubmissionVerdict Asker::judge_refused(const Answer& answer) const {
  return judge_refusal(*answer.reply, port_, answer.at_mail);
}

/// Two refusals: that of strangers, where it is no question of who they are.
SubmissionVerdict Asker::judge_both(const Answer& own, const Answer& strangers) const {
  auto out = judge_refused(strangers);
  const bool own_decides = blames_sender(*strangers.reply, strangers.at_mail) ||
                           puts_off(*own.reply) ||
                           (!own.at_mail && got_further(*own.reply, strangers.at_mail));
  return out.status == Status::pass && own_decides ? judge_refused(own) : out;
}

/// The own domain came to a recipient before. It passes where strangers do.
SubmissionVerdict Asker::judge_own_again(const SubmissionVerdict& of_strangers) {
  const auto own = ask_as(own_sender_);
  if (!own.reply) {
    return lost();
  }
  auto out = own.reply->ok() ? data(Word::s4_open_to_own) : judge_refused(own);
  return out.status == Status::pass && of_strangers.status != Status::pass ? of_strangers : out;
}

SubmissionVerdict Asker::judge_strangers(const Answer& own) {
  const auto strangers = ask_as(audit_.subject().outside_sender());
  if (!strangers.reply) {
    return lost();
  }
  if (!strangers.reply->ok()) {
    return own.reply->ok() ? judge_own_again(judge_refused(strangers)) : judge_both(own, strangers);
  }
  auto out = data(Word::s4_open);
  if (out.status != Status::pass || !own.reply->ok()) {
    return out;
  }
  if (audit_.may_ask_as_stranger()) {
    return judge_own_again(out);
  }
  out.confidence = Confidence::likely;  // DATA of the own domain was one line too many
  return out;
}

SubmissionVerdict Asker::judge_without_recipient() {
  const auto strangers = ask_as(audit_.subject().outside_sender());
  return !strangers.reply ? lost()
         : strangers.reply->ok()
             ? SubmissionVerdict{Status::not_tested, {Word::s4_no_recipient, {port_}}}
             : judge_refused(strangers);
}

/// The domain's own sender first: where each refusal is a line that a guard counts, one has to tell
/// of all. Whom would a server refuse that takes strangers' mail? Who is refused for what he is as
/// a sender says nothing of others.
SubmissionVerdict Asker::judge() {
  if (!audit_.may_ask_as_stranger()) {
    return left_out();
  }
  if (recipient_.empty()) {
    return judge_without_recipient();
  }
  const auto own = ask_as_own();
  if (!own.reply) {
    return lost();
  }
  if (own.reply->ok()) {
    return judge_strangers(own);
  }
  auto out = judge_refused(own);
  const bool of_all = out.status == Status::pass && !blames_sender(*own.reply, own.at_mail);
  const bool surely = of_all && stock_words_for_clients(*own.reply);
  if (audit_.may_ask_as_stranger() && !(own.counted && surely)) {
    return judge_strangers(own);
  }
  if (!of_all && (out.status == Status::pass || smtp::speaks_of_sender(*own.reply))) {
    return left_out();
  }
  out.confidence = of_all && !surely ? Confidence::likely : out.confidence;
  return out;
}

finding::Finding Asker::ask() {
  auto verdict = judge();
  auto out =
      make_finding("S4", verdict.status, std::move(verdict.summary), audit_, facts_.port, true);
  out.confidence = verdict.confidence;
  out.evidence = std::move(earlier_);
  if (conversation_) {
    std::ranges::move(conversation_->evidence(mark_), std::back_inserter(out.evidence));
  }
  return out;
}

}  // namespace

std::string submission_recipient(const Subject& subject) {
  if (!subject.own_address.empty()) {
    return subject.own_address;
  }
  return subject.domain.empty() ? "" : "postmaster@" + subject.domain;
}

bool probe_open_submission(Audit& audit,
                           PortFacts& facts,
                           std::unique_ptr<Conversation> conversation) {
  if (audit.subject().from_itself) {
    audit.add(
        make_finding("S4", Status::not_tested, {Word::from_itself, {}}, audit, facts.port, true));
    return false;
  }
  audit.say({Word::step_open_submission, {std::to_string(facts.port)}});
  const auto turn = audit.turn_of_strangers();
  auto finding = Asker(audit, facts, std::move(conversation)).ask();
  const bool takes_own_domain = finding.summary.word == Word::s4_open_to_own;
  audit.add(std::move(finding));
  return takes_own_domain;
}

}  // namespace spranga::check
