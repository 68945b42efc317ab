#include "check/probes/open_relay.h"

#include <fmt/core.h>

#include <utility>

#include "check/door.h"
#include "check/noise_cost.h"
#include "check/probes/submission.h"
#include "smtp/refusal.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Status;
using words::Phrase;
using words::Word;

std::string message_from(const Subject& subject, const std::string& recipient) {
  return fmt::format(
      "From: <{0}>\r\nTo: <{1}>\r\nSubject: spranga check {2}: this server relays\r\nMessage-ID: "
      "<{2}@{3}>\r\n"
      "Auto-Submitted: auto-generated\r\n\r\n"
      "This message reached you through a mail server that took it from a stranger for a domain "
      "that is\r\n"
      "not its own: an open relay. It was sent by `spranga check --relay-to`.\r\n",
      subject.outside_sender(),
      recipient,
      subject.nonce,
      subject.outside_domain);
}

}  // namespace

void OpenRelay::add(Status status, Phrase summary, Confidence confidence) {
  findings_.push_back(stranger_.finding_of("S1", status, std::move(summary), confidence));
}

std::string OpenRelay::outside_recipient() const {
  const auto& given = stranger_.audit().settings().relay_to;
  return given.empty() ? stranger_.audit().subject().nonce + "@example.net" : given;
}

Control OpenRelay::ask_control(std::string& words) {
  const auto& own = stranger_.audit().subject().own_address;
  const auto reply =
      stranger_.session().command("RCPT TO:<" + (own.empty() ? "postmaster" : own) + ">");
  if (!reply) {
    words = reply.error().detail;
    return Control::refused;
  }
  stranger_.note_refusal("S1", reply, own.empty() ? "postmaster" : own);
  words = reply->first_line();
  unknown_sender_ = knows_no_sender(*reply, false) ? words : "";
  if (reply->ok()) {
    own_mailbox_taken_ = own_mailbox_taken_ || !own.empty();
    return Control::accepted;
  }
  if (smtp::knows_no_recipient(*reply)) {
    return Control::unknown_mailbox;
  }
  return smtp::reason_of(*reply) == smtp::Reason::relay_denied ? Control::denied : Control::refused;
}

void OpenRelay::add_unclear(const smtp::Reply& reply, const std::string& control_words) {
  const auto line = reply.first_line();
  if (reply.temporary() || smtp::reason_of(reply) == smtp::Reason::greylisted) {
    add(Status::not_tested, {Word::greylisted, {line}});
  } else {
    add(Status::not_tested, {Word::s1_unclear, {line, control_words}});
  }
}

/// By its words, but one that speaks of relaying is counted by spranga's own guard in any case;
/// stock fail2ban reads Sendmail's "IP name lookup failed" with an IPv4 address only. `recipient`
/// is "" at MAIL.
void OpenRelay::note_relay_refused(const smtp::Reply& reply, std::string_view recipient) {
  const auto product = stranger_.audit().product();
  const bool unread = reply.first_line().find("IP name lookup failed [IPv6:") != std::string::npos;
  const bool denied = reason_of(reply) == smtp::Reason::relay_denied && !unread;
  stranger_.audit().add_noise(
      "S1", std::max(refusal_cost(reply, recipient, false, product), denied ? line_cost() : 0));
}

/// 250 at RCPT is only a suspicion: DATA tells more, and a message to the owner's own address all.
void OpenRelay::judge_accepted(const Form& form, const std::string& control_words) {
  auto& session = stranger_.session();
  const auto name = words::say(form.name);
  const auto likely_open = [&] {
    found_ = true;
    add(Status::fail, {Word::s1_likely_open, {name, stranger_.port()}}, Confidence::likely);
  };
  const auto reply = session.command("DATA");
  if (!reply) {
    add(Status::warn,
        {Word::s1_accepted_then_lost, {name, reply.error().detail}},
        Confidence::indirect);
    return;
  }
  if (reply->code != 354) {
    if (smtp::refuses_envelope(*reply)) {
      add(Status::pass, {Word::s1_refused_at_data, {stranger_.port(), reply->first_line()}});
    } else {
      add_unclear(*reply, control_words);
    }
    return;
  }
  if (stranger_.audit().settings().relay_to.empty()) {
    session.drop();
    likely_open();
    return;
  }
  const auto taken =
      session.send_message(message_from(stranger_.audit().subject(), outside_recipient()));
  if (!taken) {
    likely_open();
  } else if (taken->ok()) {
    found_ = true;
    add(Status::fail, {Word::s1_open, {name, outside_recipient(), taken->first_line()}});
  } else if (smtp::refuses_envelope(*taken)) {
    add(Status::pass, {Word::s1_refused_after_message, {stranger_.port(), taken->first_line()}});
  } else {
    add_unclear(*taken, control_words);
  }
}

void OpenRelay::judge_outside(const Form& form,
                              const Result<smtp::Reply>& reply,
                              std::string_view recipient,
                              Control control,
                              const std::string& control_words) {
  if (!reply) {
    add(Status::not_tested, {Word::lost_here, {reply.error().detail}});
    return;
  }
  if (reply->ok()) {
    recipient_taken_ = true;
    judge_accepted(form, control_words);
    return;
  }
  const auto line = reply->first_line();
  note_relay_refused(*reply, recipient);
  unknown_sender_ = knows_no_sender(*reply, recipient.empty()) ? line : "";
  switch (judge_relay_refusal(*reply, control)) {
    case RelayVerdict::denied:
      recipient_denied_ = denies_recipient(*reply, control);
      add(Status::pass, {Word::s1_refused, {stranger_.port(), line}});
      return;
    case RelayVerdict::likely_denied:
      recipient_unknown_ = smtp::knows_no_recipient(*reply);
      add(Status::pass, {Word::s1_likely_refused, {stranger_.port(), line}}, Confidence::likely);
      return;
    case RelayVerdict::says_nothing:
      break;
  }
  add_unclear(*reply, control_words);
}

/// Of what an outside recipient costs in the server's log.
int OpenRelay::line_cost() const {
  return noise_cost(LoudProbe::relay_refused, stranger_.audit().product());
}

bool OpenRelay::relay_forms() const {
  return stranger_.audit().settings().relay_forms;
}

/// However many lines it costs.
bool OpenRelay::asked_for() const {
  const auto& settings = stranger_.audit().settings();
  return relay_forms() || settings.expn || !settings.relay_to.empty();
}

/// About strangers, where a sender of the own domain met this: his control was refused as relaying
/// too; or he is postmaster, asked for since the login's own address is kept for it, and unknown.
bool OpenRelay::tells_nothing(Control control) const {
  return control == Control::denied ||
         (!unknown_sender_.empty() && !stranger_.audit().subject().own_address.empty());
}

/// The outside recipient, after a control.
void OpenRelay::ask_form(const Form& form) {
  if (!stranger_.open()) {
    add(Status::not_tested, stranger_.trouble());
    return;
  }
  auto& session = stranger_.ask();
  if (!asked_for() && !stranger_.audit().may_spend(line_cost())) {
    add(Status::not_tested, {Word::s7_budget, {}});
    return;
  }
  const auto mail = "MAIL FROM:<" + form.sender + ">";
  auto reply = session.command(mail);
  std::string control_words;
  std::string recipient;
  auto control = Control::denied;  // until the sender was taken
  if (reply && reply->ok()) {
    control = ask_control(control_words);
    const auto reset = session.command("RSET");
    if (!reset || !reset->ok()) {
      add(Status::not_tested,
          {Word::lost_here, {reset ? reset->first_line() : reset.error().detail}});
      session.drop();
      return;
    }
    // The control has cost it; or strangers are better served with it.
    const bool spare = form.name == Word::relay_own_domain && tells_nothing(control);
    if (!asked_for() && (spare || !stranger_.audit().may_spend(line_cost()))) {
      add(Status::not_tested, {Word::s1_sender_refused, {form.sender, control_words}});
      return;
    }
    reply = session.command(mail);
    if (reply && reply->ok()) {
      recipient = outside_recipient();
      reply = session.command("RCPT TO:<" + recipient + ">");
    }
  }
  judge_outside(form, reply, recipient, control, control_words);
  stranger_.reset();
}

/// With --relay each sender has a connection of its own; behind the last one, and there behind
/// each, the door is tried.
void OpenRelay::ask(bool own_sender_refused) {
  if (!bears_one_line() || !own_domain_tells_all(own_sender_refused)) {
    ask_form({stranger_.audit().subject().outside_sender(), Word::relay_outside});
    if (relay_forms()) {
      leave();
    }
    ask_as_others();
  }
  if (!relay_forms()) {
    leave();
  }
}

void OpenRelay::leave() {
  stranger_.close();
  shut_ = !try_the_door(stranger_.audit(), stranger_.facts().port, "S1");
}

void OpenRelay::conclude() {
  const auto rank = [](const finding::Finding& f) {
    return f.status == Status::fail         ? 0
           : f.status == Status::warn       ? 1
           : f.status == Status::not_tested ? 2
                                            : 3;
  };
  auto* worst = &findings_.front();
  for (auto& candidate : findings_) {  // of two that were taken the outside sender, asked later
    const bool worse = rank(candidate) < rank(*worst);
    worst = worse || candidate.status == Status::fail ? &candidate : worst;
  }
  if (!left_out_.empty()) {
    worst->also.push_back({Word::s1_left_out, {text::enumerate(left_out_)}});
  }
  stranger_.audit().add(std::move(*worst));
}

}  // namespace spranga::check
