// S1's other senders: many a server that relays for nobody else does so for whoever writes as its
// own domain, or as nobody.
#include "check/probes/open_relay.h"
#include "check/probes/submission.h"
#include "smtp/refusal.h"

namespace spranga::check {

using finding::Confidence;
using finding::Finding;
using finding::Status;
using words::Word;

/// The log bears a refusal, and not a second one beside what the submission ports need.
bool OpenRelay::bears_one_line() const {
  const auto& audit = stranger_.audit();
  const int cost = line_cost();
  return !asked_for() && audit.may_spend(cost) &&
         !audit.may_spend(2 * cost + audit.lines_for_strangers());
}

/// Where one refusal is all that the log bears, a sender of the own domain is asked for: whom a
/// server refuses a recipient for relaying, and not himself, it would refuse him as a stranger too,
/// which is not so the other way round. False where a stranger must be asked for all the same, and
/// can be.
bool OpenRelay::own_domain_tells_all(bool own_sender_refused) {
  const auto& subject = stranger_.audit().subject();
  if (subject.domain.empty()) {
    return false;
  }
  const auto sender =
      own_sender_refused ? "postmaster@" + subject.domain : submission_recipient(subject);
  ask_form({sender, Word::relay_own_domain});
  auto& finding = findings_.back();
  if (recipient_denied_) {
    finding.summary.word = Word::s1_refused_even_own;
    doubt_words_of_its_own(finding);
  } else if (recipient_taken_) {
    return false;  // whether it is open to all is worth knowing
  } else if (stranger_.audit().may_spend(line_cost())) {
    findings_.clear();
    return false;
  } else {
    left_out_.push_back(words::say(Word::relay_outside));
    leave_strangers_open(finding, sender);
  }
  left_out_.push_back(words::say(Word::relay_null));
  return true;
}

/// The bare postmaster as a control says nothing of the sender: words that may be meant for him are
/// worth a second line, and no proof where there is none.
void OpenRelay::doubt_words_of_its_own(Finding& finding) {
  const auto& subject = stranger_.audit().subject();
  if (!subject.own_address.empty() || stock_words_of_relaying(finding.summary.values.back())) {
    return;
  }
  if (stranger_.audit().may_spend(line_cost())) {
    ask_form({subject.outside_sender(), Word::relay_outside});
  } else {
    finding.confidence = Confidence::likely;
  }
}

/// What refuses a sender of the own domain is no pass for strangers, unless it does not know the
/// recipient.
void OpenRelay::leave_strangers_open(Finding& finding, const std::string& sender) const {
  if (!unknown_sender_.empty()) {
    finding.summary = {Word::s1_own_sender_unknown, {sender, unknown_sender_}};
  } else if (finding.status == Status::pass && !recipient_unknown_) {
    finding.summary = {Word::s1_sender_refused, {sender, finding.summary.values.back()}};
  } else {
    return;
  }
  finding.status = Status::not_tested;
  finding.confidence = Confidence::proven;
}

/// The outside sender was refused, and no other has been taken since.
bool OpenRelay::passed() const {
  return !findings_.empty() && findings_.front().status == Status::pass && !found_;
}

/// What the refusal of another sender leaves open: one that is put off may be taken later, and one
/// that is looked up in vain says nothing of those that are there. Who is refused for good sends
/// nothing.
void OpenRelay::note_refused(const smtp::Reply& reply, std::string_view recipient) {
  note_relay_refused(reply, recipient);
  if (judge_relay_refusal(reply, Control::refused) == RelayVerdict::denied) {
    return;
  }
  if (reply.temporary()) {
    add_unclear(reply, "");
  } else if (knows_no_sender(reply, recipient.empty())) {
    unknown_sender_ = reply.first_line();
  }
}

/// The outside recipient from another sender, where one more line in the log is allowed beside that
/// of a submission port: two such lines and the refused logins in clear that a guard may hold
/// against us (A2) are enough for a ban by spranga's own. A refusal adds nothing to that of the
/// outside sender. False where it was not asked.
bool OpenRelay::ask_as(const Form& form) {
  auto& audit = stranger_.audit();
  if (found_ || shut_ || (!relay_forms() && !passed())) {
    return false;
  }
  if (!relay_forms() && !audit.may_spend(line_cost() + audit.lines_for_strangers())) {
    left_out_.push_back(words::say(form.name));
    return false;
  }
  if (!stranger_.open()) {
    add(Status::not_tested, stranger_.trouble());
    return false;
  }
  unknown_sender_.clear();
  auto& session = stranger_.ask();
  std::string recipient;
  auto reply = session.command("MAIL FROM:<" + form.sender + ">");
  if (reply && reply->ok()) {
    recipient = outside_recipient();
    reply = session.command("RCPT TO:<" + recipient + ">");
  }
  if (!reply) {
    add(Status::not_tested, {Word::lost_here, {reply.error().detail}});
  } else if (reply->ok()) {
    judge_accepted(form, "");
  } else {
    note_refused(*reply, recipient);
  }
  stranger_.reset();
  if (relay_forms()) {
    leave();
  }
  return true;
}

/// Many a server that relays for nobody else does so for whoever writes as its own domain, or as
/// nobody. An invented address needs no login where senders are bound to one; where senders are
/// looked up, one is needed that is there.
void OpenRelay::ask_as_others() {
  const auto& subject = stranger_.audit().subject();
  if (!subject.domain.empty()) {
    ask_own_domain(subject);
  }
  static_cast<void>(ask_as({"", Word::relay_null}));  // it may have to be left out
}

void OpenRelay::ask_own_domain(const Subject& subject) {
  const auto sender = subject.nonce + "@" + subject.domain;
  if (!ask_as({sender, Word::relay_own_domain}) || unknown_sender_.empty()) {
    return;
  }
  const auto words = unknown_sender_;
  const auto known = submission_recipient(subject);
  const bool asked = ask_as({known, Word::relay_own_domain});
  left_out_.clear();  // this sender is spoken of below
  if (!asked || !unknown_sender_.empty()) {
    add(Status::not_tested,
        {Word::s1_own_sender_unknown, {asked ? known : sender, asked ? unknown_sender_ : words}});
  }
}

}  // namespace spranga::check
