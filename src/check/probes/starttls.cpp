#include "check/probes/starttls.h"

#include <algorithm>
#include <utility>

#include "check/opening.h"
#include "check/probes/starttls_enforced.h"
#include "check/probes/submission.h"
#include "smtp/refusal.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Status;
using words::Phrase;
using words::Word;

/// MAIL in clear: A3 on submission ports, and the state that A6 looks for behind TLS. True where
/// the sender was taken.
bool open_clear_envelope(Audit& audit,
                         const PortFacts& facts,
                         Conversation& conversation,
                         StarttlsNotes& notes) {
  const auto mark = conversation.smtp().mark();
  const auto mail =
      conversation.smtp().command("MAIL FROM:<" + audit.subject().outside_sender() + ">");
  const bool asked_again = !mail && !notes.lost_early;
  if (facts.port != 25 && !notes.a3 && !asked_again) {
    notes.a3 = judge_clear_mail(audit, facts, conversation, mail, mark);
  }
  if (!mail) {
    notes.trouble = {Word::lost_here, {mail.error().detail}};
  }
  return mail && mail->ok();
}

/// The server ended the connection, with or without ceremony.
bool hung_up(const Error& error) {
  return error.code == Errc::closed || error.code == Errc::reset;
}

/// One way through STARTTLS on one connection.
class Crossing {
public:
  Crossing(Audit& audit, PortFacts& facts, Conversation& conversation, StarttlsNotes& notes)
      : audit_(audit),
        facts_(facts),
        conversation_(conversation),
        session_(conversation.smtp()),
        notes_(notes),
        port_(std::to_string(facts.port)) {}

  /// True where TLS stands and EHLO was said again.
  bool run();

  /// False where the connection ended before STARTTLS.
  [[nodiscard]] bool asked_for_tls() const { return asked_for_tls_; }

private:
  Result<smtp::Reply> say_starttls();
  bool refused(const Result<smtp::Reply>& reply);
  bool shake_hands();
  bool hear_injected();
  bool asks_for_sender(const std::string& recipient);
  bool answered_once_more(std::size_t mark, Milliseconds patience);
  void look_for_kept_state();
  void add_a5(Status status, Phrase summary);
  void add_a6(Status status, Phrase summary, std::size_t mark);
  void note_refusal(std::string words);
  Phrase judge_rcpt(const smtp::Reply& reply, Status& status, Confidence& confidence) const;
  bool greet_again();
  [[nodiscard]] Milliseconds silence() const;

  Audit& audit_;
  PortFacts& facts_;
  Conversation& conversation_;
  smtp::Session& session_;
  StarttlsNotes& notes_;
  std::string port_;
  std::size_t mark_{0};
  bool asked_for_tls_{false};
  bool sender_taken_{false};
  bool within_refused_{false};  // STARTTLS is not taken within a transaction
  bool injecting_{false};
  std::optional<finding::Finding> kept_;  // A6 fails, if the replies turn out to be in step
};

Milliseconds Crossing::silence() const {
  constexpr Milliseconds shortest{20};
  return std::max(3 * session_.round_trip(), shortest);
}

void Crossing::add_a5(Status status, Phrase summary) {
  if (!notes_.a5_done) {
    audit_.add(make_finding("A5", status, std::move(summary), conversation_, mark_));
    notes_.a5_done = true;
  }
}

void Crossing::add_a6(Status status, Phrase summary, std::size_t mark) {
  if (!notes_.a6_done) {
    audit_.add(make_finding("A6", status, std::move(summary), conversation_, mark));
    notes_.a6_done = true;
  }
}

/// STARTTLS, in the first round with a NOOP behind it in the same write. Servers that do not take
/// it within a transaction (503: Sendmail, OpenSMTPD) get RSET and a second request.
Result<smtp::Reply> Crossing::say_starttls() {
  const auto ask = [&] {
    return injecting_ ? session_.commands_at_once({"STARTTLS", "NOOP " + audit_.subject().nonce})
                      : session_.command("STARTTLS");
  };
  auto reply = ask();
  if (!reply || reply->code != 503 || !sender_taken_) {
    return reply;
  }
  within_refused_ = true;
  if (injecting_) {
    static_cast<void>(session_.read_reply());  // the NOOP's own, in clear, as it should be
  }
  auto reset = session_.command("RSET");
  if (!reset || !reset->ok()) {
    return reset;
  }
  return ask();
}

/// The server wanted nothing of the injected command: a safe answer if STARTTLS alone works, which
/// the second round tells.
void Crossing::note_refusal(std::string words) {
  if (injecting_ && !notes_.a5_done) {
    notes_.a5_refusal = make_finding(
        "A5", Status::pass, {Word::a5_refused, {port_, std::move(words)}}, conversation_, mark_);
  }
}

/// Nothing but 220 leads to TLS. A 5xx or a hang-up may be meant for the injected command.
bool Crossing::refused(const Result<smtp::Reply>& reply) {
  if (reply && reply->code == 220) {
    return false;
  }
  const auto words = reply ? reply->first_line() : reply.error().detail;
  const bool refusal = reply ? reply->code >= 500 : hung_up(reply.error());
  if (refusal) {
    note_refusal(words);
  }
  if (!injecting_) {
    facts_.tls_trouble = words;
    facts_.no_tls = reply && reply->refused() && reply->code != 421;
  }
  notes_.trouble = {Word::starttls_refused, {port_, words}};
  return true;
}

bool Crossing::shake_hands() {
  auto tls = session_.handshake(audit_.tls_options());
  if (!text::trim(session_.early_bytes()).empty()) {  // an empty line is a blemish, no answer
    add_a5(Status::fail, {Word::a5_answered_early, {port_}});
  }
  if (tls) {
    remember_tls(facts_, conversation_, std::move(*tls));
    return true;
  }
  const auto& error = tls.error();
  if (hung_up(error) || error.code == Errc::tls) {
    note_refusal(error.detail);
  }
  facts_.tls_trouble = error.detail;
  facts_.no_tls = !injecting_ && (error.code == Errc::tls || error.code == Errc::malformed);
  notes_.trouble = {Word::starttls_lost, {port_, error.detail}};
  return false;
}

/// Under TLS, before anything else is said: does the server answer the command that came in clear?
/// False where it hung up.
bool Crossing::hear_injected() {
  for (bool greeted = false;;) {
    const auto heard = session_.unasked_reply(silence());
    if (!heard) {
      if (hung_up(heard.error())) {
        note_refusal(heard.error().detail);
      }
      notes_.trouble = {Word::lost_here, {heard.error().detail}};
      return false;
    }
    if (!*heard) {
      return true;
    }
    const int code = (*heard)->code;
    if (code == 421) {  // a goodbye is no answer to a NOOP
      notes_.trouble = {Word::lost_here, {(*heard)->first_line()}};
      return false;
    }
    if (code != 220 || greeted) {  // nor is a second greeting
      add_a5(Status::fail, {Word::a5_injected, {port_}});
      return true;
    }
    greeted = true;
  }
}

/// What the answer to RCPT means where a sender had been given in clear: 503 forgets it, and so
/// does any reply about the order of things; one that looks at the recipient has kept it.
Phrase Crossing::judge_rcpt(const smtp::Reply& reply,
                            Status& status,
                            Confidence& confidence) const {
  const auto line = reply.first_line();
  if (reply.ok()) {
    status = Status::fail;
    return {Word::a6_kept, {port_, line}};
  }
  const auto reason = smtp::reason_of(reply);
  const bool is_of_sender = reason == smtp::Reason::recipient_unknown &&
                            !smtp::knows_no_recipient(reply);  // "503 Sender unknown"
  switch (is_of_sender ? smtp::Reason::unclear : reason) {
    case smtp::Reason::bad_sequence:
    case smtp::Reason::not_implemented:
    case smtp::Reason::login_required:
    case smtp::Reason::tls_required:
    case smtp::Reason::helo:
      status = Status::pass;
      return {Word::a6_forgotten, {port_, line}};
    case smtp::Reason::relay_denied:
    case smtp::Reason::recipient_unknown:
    case smtp::Reason::recipient_domain:
    case smtp::Reason::not_owner:
      status = Status::fail;
      confidence = Confidence::likely;
      return {Word::a6_kept, {port_, line}};
    default:
      break;
  }
  const bool order = reply.code == 503 || reply.code == 501;
  status = order ? Status::pass : Status::not_tested;
  return {order ? Word::a6_forgotten : Word::a6_unclear, {port_, line}};
}

/// One reply more than commands were sent: the injected command got its answer late. The replies
/// are out of step then, and the connection of no more use.
bool Crossing::answered_once_more(std::size_t mark, Milliseconds patience) {
  if (!injecting_ || !session_.alive()) {
    return false;
  }
  const auto late = session_.unasked_reply(patience);
  if (!late || !*late || (*late)->code == 421) {
    return false;
  }
  add_a5(Status::fail, {Word::a5_injected, {port_}});
  add_a6(Status::not_tested, {Word::a6_out_of_step, {port_}}, mark);
  session_.drop();
  return true;
}

/// The control of A6: after RSET no sender is left to be kept, so RCPT must be out of order. Who
/// says anything else never asks for a sender, as far as is known.
bool Crossing::asks_for_sender(const std::string& recipient) {
  const auto reset = session_.command("RSET");
  if (!reset || !reset->ok()) {
    return false;
  }
  const auto reply = session_.command("RCPT TO:<" + recipient + ">");
  auto status = Status::not_tested;
  auto confidence = Confidence::proven;
  if (reply) {
    static_cast<void>(judge_rcpt(*reply, status, confidence));
  }
  return status == Status::pass;
}

/// RCPT without MAIL under TLS must be out of order. A NOOP goes first, and what comes after an
/// accepted RCPT is waited for, so that a late answer to the injected command is not taken for
/// RCPT's.
void Crossing::look_for_kept_state() {
  const auto mark = session_.mark();
  const auto local = submission_recipient(audit_.subject());
  const auto recipient = local.empty() ? audit_.subject().outside_sender() : local;
  const auto noop = session_.command("NOOP");
  const bool early = noop && answered_once_more(mark, Milliseconds{0});
  const auto reply = noop && !early ? session_.command("RCPT TO:<" + recipient + ">") : noop;
  if (early) {
    return;
  }
  if (!reply) {
    notes_.trouble = {Word::lost_here, {reply.error().detail}};
    return;
  }
  if (answered_once_more(mark, reply->ok() ? silence() : Milliseconds{0})) {
    return;
  }
  const auto line = reply->first_line();
  if (within_refused_) {
    add_a6(Status::pass, {Word::a6_not_within, {port_, line}}, mark);
  } else if (!sender_taken_) {
    const bool ok = reply->ok();  // a recipient without any sender: then replies mean nothing
    add_a6(ok ? Status::not_tested : Status::pass,
           {ok ? Word::a6_unclear : Word::a6_nothing_to_keep, {port_, line}},
           mark);
  } else {
    auto status = Status::not_tested;
    auto confidence = Confidence::proven;
    auto phrase = judge_rcpt(*reply, status, confidence);
    if (status == Status::fail && !asks_for_sender(recipient)) {
      status = Status::not_tested;
      phrase = {Word::a6_unclear, {port_, line}};
    }
    if (status != Status::fail) {
      add_a6(status, phrase, mark);
      return;
    }
    kept_ = make_finding("A6", status, phrase, conversation_, mark);
    kept_->confidence = confidence;
  }
}

/// EHLO under TLS. Its answer is the only one that no other command gets, so it shows whether the
/// replies before it were in step.
bool Crossing::greet_again() {
  const auto hello = say_hello(audit_, conversation_);
  if (hello && hello->code == 250) {
    return true;
  }
  notes_.trouble = {Word::starttls_lost,
                    {port_, hello ? hello->first_line() : hello.error().detail}};
  return false;
}

bool Crossing::run() {
  injecting_ = !notes_.second_round;
  sender_taken_ = open_clear_envelope(audit_, facts_, conversation_, notes_);
  mark_ = session_.mark();
  if (!session_.alive()) {
    return false;
  }
  asked_for_tls_ = true;
  if (refused(say_starttls()) || !shake_hands()) {
    return false;
  }
  if (injecting_ && !hear_injected()) {
    return false;
  }
  look_for_kept_state();
  if (!session_.alive() || !greet_again()) {
    return false;
  }
  if (kept_ && !std::exchange(notes_.a6_done, true)) {
    audit_.add(std::move(*kept_));
  }
  if (injecting_) {
    add_a5(Status::pass, {Word::a5_silent, {port_}});
  } else if (notes_.a5_refusal && !std::exchange(notes_.a5_done, true)) {
    audit_.add(*std::exchange(notes_.a5_refusal, std::nullopt));
  }
  facts_.secure = session_.capabilities();
  return true;
}

}  // namespace

bool probe_starttls(Audit& audit,
                    PortFacts& facts,
                    Conversation& conversation,
                    StarttlsNotes& notes) {
  auto& session = conversation.smtp();
  audit.say({Word::step_starttls, {std::to_string(facts.port)}});
  if (!session.capabilities().starttls()) {
    facts.tls_trouble = "STARTTLS is not offered";
    facts.no_tls = true;
    notes.not_offered = !notes.second_round;
    notes.trouble = {Word::starttls_not_offered, {std::to_string(facts.port)}};
    if (open_clear_envelope(audit, facts, conversation, notes) && session.alive()) {
      static_cast<void>(session.command("RSET"));  // politeness; the connection ends here
    }
    return false;
  }
  Crossing crossing(audit, facts, conversation, notes);
  if (crossing.run()) {
    return false;
  }
  session.drop();
  if (!crossing.asked_for_tls() && !std::exchange(notes.lost_early, true)) {
    return true;  // it had hung up on what was said before; STARTTLS has not been heard yet
  }
  return !std::exchange(notes.second_round, true);
}

void finish_starttls(Audit& audit, const PortFacts& facts, const StarttlsNotes& notes) {
  const auto why = notes.trouble.word == Word::none
                       ? Phrase{Word::a2_untested, {std::to_string(facts.port)}}
                       : notes.trouble;
  const auto not_tested = [&](std::string_view id) {
    audit.add(make_finding(id, Status::not_tested, why, audit, facts.port));
  };
  if (!notes.a3 && facts.port != 25) {
    not_tested("A3");
  }
  if (!notes.a5_done && !notes.not_offered) {
    not_tested("A5");
  }
  if (!notes.a6_done && !notes.not_offered) {
    not_tested("A6");
  }
}

}  // namespace spranga::check
