#include "check/probes/starttls.h"

#include <algorithm>

#include "check/opening.h"
#include "check/probes/submission.h"
#include "smtp/refusal.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Status;
using words::Phrase;
using words::Word;

using AuthState = ClearAuthFacts::State;

bool auth_open_in_clear(const PortFacts& facts) {
  return facts.clear_auth.state == AuthState::taken ||
         facts.clear_auth.state == AuthState::advertised;
}

void add_a3(Audit& audit,
            const Conversation& conversation,
            std::size_t mark,
            Status status,
            Phrase summary) {
  audit.add(make_finding("A3", status, std::move(summary), conversation, mark));
}

/// MAIL was taken in clear on a submission port. STARTTLS is enforced all the same where nobody can
/// send: no AUTH in clear, and no mail without it.
void judge_lenient_mail(Audit& audit, Conversation& conversation, std::size_t mark) {
  const auto port = std::to_string(conversation.port());
  const auto recipient = submission_recipient(audit.subject());
  if (recipient.empty()) {
    add_a3(audit, conversation, mark, Status::not_tested, {Word::a3_no_recipient, {port}});
    return;
  }
  const auto reply = conversation.smtp().command("RCPT TO:<" + recipient + ">");
  if (!reply) {
    add_a3(
        audit, conversation, mark, Status::not_tested, {Word::lost_here, {reply.error().detail}});
  } else if (reply->ok()) {
    add_a3(audit, conversation, mark, Status::fail, {Word::a3_mail_in_clear, {port}});
  } else if (refuses_strangers(*reply)) {
    add_a3(audit,
           conversation,
           mark,
           Status::pass,
           {Word::a3_nobody_can_send, {port, reply->first_line()}});
  } else {
    add_a3(audit,
           conversation,
           mark,
           Status::not_tested,
           {Word::a3_unclear, {port, reply->first_line()}});
  }
}

void judge_a3(Audit& audit,
              const PortFacts& facts,
              Conversation& conversation,
              const Result<smtp::Reply>& mail,
              std::size_t mark) {
  const auto port = std::to_string(facts.port);
  if (!mail) {
    add_a3(audit, conversation, mark, Status::not_tested, {Word::lost_here, {mail.error().detail}});
    return;
  }
  const auto reason = smtp::reason_of(*mail);
  if (reason == smtp::Reason::tls_required) {
    add_a3(
        audit, conversation, mark, Status::pass, {Word::a3_enforced, {port, mail->first_line()}});
  } else if (auth_open_in_clear(facts)) {
    add_a3(audit, conversation, mark, Status::fail, {Word::a3_auth_in_clear, {port}});
  } else if (mail->ok()) {
    judge_lenient_mail(audit, conversation, mark);
  } else if (reason == smtp::Reason::login_required) {
    add_a3(audit,
           conversation,
           mark,
           Status::pass,
           {Word::a3_nobody_can_send, {port, mail->first_line()}});
  } else {
    add_a3(audit,
           conversation,
           mark,
           Status::not_tested,
           {Word::a3_unclear, {port, mail->first_line()}});
  }
}

/// MAIL in clear: A3 on submission ports, and the state that A6 looks for behind TLS. True where
/// the sender was taken.
bool open_clear_envelope(Audit& audit,
                         const PortFacts& facts,
                         Conversation& conversation,
                         StarttlsNotes& notes) {
  const auto mark = conversation.smtp().mark();
  const auto mail =
      conversation.smtp().command("MAIL FROM:<" + audit.subject().outside_sender() + ">");
  if (facts.port != 25 && !notes.a3_done) {
    judge_a3(audit, facts, conversation, mail, mark);
    notes.a3_done = true;
  }
  return mail && mail->ok();
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

private:
  Result<smtp::Reply> say_starttls();
  bool refused(const Result<smtp::Reply>& reply);
  bool shake_hands();
  bool hear_injected();
  void look_for_kept_state();
  void add_a5(Status status, Phrase summary);
  void add_a6(Status status, Phrase summary, std::size_t mark);
  [[nodiscard]] Milliseconds silence() const;

  Audit& audit_;
  PortFacts& facts_;
  Conversation& conversation_;
  smtp::Session& session_;
  StarttlsNotes& notes_;
  std::string port_;
  std::size_t mark_{0};
  bool sender_taken_{false};
  bool within_refused_{false};  // STARTTLS is not taken within a transaction
  bool injecting_{false};
  bool a5_decided_{false};
};

Milliseconds Crossing::silence() const {
  constexpr Milliseconds shortest{20};
  return std::max(3 * session_.round_trip(), shortest);
}

void Crossing::add_a5(Status status, Phrase summary) {
  if (!a5_decided_) {
    audit_.add(make_finding("A5", status, std::move(summary), conversation_, mark_));
    a5_decided_ = true;
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
  const auto reset = session_.command("RSET");
  if (!reset || !reset->ok()) {
    return reset;
  }
  return ask();
}

/// Nothing but 220 leads to TLS. In the first round the fault may lie in the injected command,
/// which is a safe answer if STARTTLS alone works; the second round tells.
bool Crossing::refused(const Result<smtp::Reply>& reply) {
  if (reply && reply->code == 220) {
    return false;
  }
  const auto words = reply ? reply->first_line() : reply.error().detail;
  if (injecting_) {
    notes_.a5_refusal =
        make_finding("A5", Status::pass, {Word::a5_refused, {port_, words}}, conversation_, mark_);
    return true;
  }
  facts_.tls_trouble = words;
  if (notes_.a5_refusal) {
    add_a5(Status::not_tested, {Word::starttls_refused, {port_, words}});
  }
  add_a6(Status::not_tested, {Word::starttls_refused, {port_, words}}, mark_);
  return true;
}

bool Crossing::shake_hands() {
  auto tls = session_.handshake(audit_.tls_options());
  if (!session_.early_bytes().empty()) {
    add_a5(Status::fail, {Word::a5_answered_early, {port_}});
  }
  if (tls) {
    remember_tls(facts_, conversation_, std::move(*tls));
    return true;
  }
  facts_.tls_trouble = tls.error().detail;
  if (injecting_ && !a5_decided_) {
    notes_.a5_refusal = make_finding(
        "A5", Status::pass, {Word::a5_refused, {port_, tls.error().detail}}, conversation_, mark_);
  } else {
    if (notes_.a5_refusal) {
      add_a5(Status::not_tested, {Word::starttls_refused, {port_, tls.error().detail}});
    }
    add_a6(Status::not_tested, {Word::starttls_refused, {port_, tls.error().detail}}, mark_);
  }
  return false;
}

/// Under TLS, before anything else is said: does the server answer the command that came in clear?
/// False where it hung up.
bool Crossing::hear_injected() {
  const auto heard = session_.listen(silence());
  if (!heard) {
    notes_.a5_refusal = make_finding("A5",
                                     Status::pass,
                                     {Word::a5_refused, {port_, heard.error().detail}},
                                     conversation_,
                                     mark_);
    return false;
  }
  if (!heard->empty() && !heard->starts_with("220")) {  // a second greeting is no answer to a NOOP
    session_.note(*heard);
    add_a5(Status::fail, {Word::a5_injected, {port_}});
  }
  return true;
}

/// RCPT without MAIL under TLS must be out of order. A NOOP goes first, and what comes after an
/// accepted RCPT is waited for, so that a late answer to the injected command is not taken for
/// RCPT's.
void Crossing::look_for_kept_state() {
  const auto mark = session_.mark();
  const auto noop = session_.command("NOOP");
  const auto reply =
      noop ? session_.command("RCPT TO:<" + audit_.subject().outside_sender() + ">") : noop;
  if (!reply) {
    add_a6(Status::not_tested, {Word::lost_here, {reply.error().detail}}, mark);
    return;
  }
  if (reply->ok() && injecting_) {
    const auto late = session_.listen(silence());
    if (late && !late->empty()) {
      session_.note(*late);
      add_a5(Status::fail, {Word::a5_injected, {port_}});
      add_a6(Status::not_tested, {Word::a6_out_of_step, {port_}}, mark);
      session_.drop();
      return;
    }
  }
  const bool had_state = sender_taken_ && !within_refused_;
  const bool kept = reply->ok() && had_state;
  const auto word = kept              ? Word::a6_kept
                    : within_refused_ ? Word::a6_not_within
                    : had_state       ? Word::a6_forgotten
                                      : Word::a6_nothing_to_keep;
  add_a6(kept ? Status::fail : Status::pass, {word, {port_, reply->first_line()}}, mark);
}

bool Crossing::run() {
  injecting_ = !notes_.second_round;
  sender_taken_ = open_clear_envelope(audit_, facts_, conversation_, notes_);
  mark_ = session_.mark();
  if (refused(say_starttls()) || !shake_hands()) {
    return false;
  }
  if (injecting_ && !hear_injected()) {
    return false;
  }
  look_for_kept_state();
  if (!session_.alive()) {
    return false;
  }
  if (injecting_) {
    add_a5(Status::pass, {Word::a5_silent, {port_}});
  } else if (notes_.a5_refusal) {
    audit_.add(*std::exchange(notes_.a5_refusal, std::nullopt));
  }
  const auto hello = session_.hello(audit_.subject().ehlo_name);
  if (!hello || !hello->ok()) {
    return false;
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
    if (open_clear_envelope(audit, facts, conversation, notes) && session.alive()) {
      static_cast<void>(session.command("RSET"));  // politeness; the connection ends here
    }
    return false;
  }
  if (Crossing(audit, facts, conversation, notes).run()) {
    return false;
  }
  session.drop();
  const bool again = !notes.second_round;
  notes.second_round = true;
  return again;
}

}  // namespace spranga::check
