#include "check/probes/relay.h"

#include <fmt/core.h>

#include <array>
#include <optional>

#include "check/door.h"
#include "check/noise_cost.h"
#include "check/opening.h"
#include "check/probes/offers.h"
#include "check/probes/sender.h"
#include "smtp/refusal.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Status;
using words::Phrase;
using words::Word;

struct RelayForm {
  std::string sender;
  Word name;
};

std::vector<RelayForm> relay_forms(const Subject& subject, bool several) {
  std::vector<RelayForm> out{{subject.outside_sender(), Word::relay_outside}};
  if (several) {
    if (!subject.domain.empty()) {
      out.push_back({subject.nonce + "@" + subject.domain, Word::relay_own_domain});
    }
    out.push_back({"", Word::relay_null});
  }
  return out;
}

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

/// The questions that a stranger may ask on port 25.
class StrangerAtTheDoor {
public:
  StrangerAtTheDoor(Audit& audit, PortFacts& facts)
      : audit_(audit), facts_(facts), port_(std::to_string(facts.port)) {}

  void run();

private:
  bool open();
  void ask_own_domain();
  void conclude_own_domain();
  void ask_names();
  bool ask_relay(const RelayForm& form);
  Control ask_control(std::string& words);
  void judge_outside(const RelayForm& form,
                     const Result<smtp::Reply>& reply,
                     Control control,
                     const std::string& control_words);
  void judge_accepted(const RelayForm& form, const std::string& control_words);
  void add_unclear(const smtp::Reply& reply, const std::string& control_words);
  void add(std::string_view id,
           Status status,
           Phrase summary,
           Confidence confidence = Confidence::proven);
  [[nodiscard]] std::string outside_recipient() const;

  Audit& audit_;
  PortFacts& facts_;
  std::string port_;
  std::unique_ptr<Conversation> conversation_;
  std::size_t mark_{0};
  Phrase trouble_;
  bool relay_found_{false};
  bool own_mailbox_taken_{false};  // a stranger's mail to the login's own address was taken
  std::string unclear_s3_;         // S3 was refused for good, in words that do not say why
  std::optional<finding::Finding> own_domain_;
  std::vector<finding::Finding> relay_findings_;
};

void StrangerAtTheDoor::add(std::string_view id,
                            Status status,
                            Phrase summary,
                            Confidence confidence) {
  auto out = conversation_ ? make_finding(id, status, std::move(summary), *conversation_, mark_)
                           : make_finding(id, status, std::move(summary), audit_, facts_.port);
  out.confidence = confidence;
  if (id == "S3") {
    own_domain_ = std::move(out);  // the relay's control may still throw light on it
  } else if (id == "S1") {
    relay_findings_.push_back(std::move(out));  // one finding a port: the worst form speaks
  } else {
    audit_.add(std::move(out));
  }
}

bool StrangerAtTheDoor::open() {
  if (conversation_ && conversation_->smtp().alive()) {
    return true;
  }
  conversation_.reset();
  auto opened = open_session(audit_, facts_, "S1 S3 S7");
  conversation_ = std::move(opened.conversation);
  trouble_ = opened.trouble;
  mark_ = conversation_ ? conversation_->smtp().mark() : 0;
  return conversation_ != nullptr;
}

std::string StrangerAtTheDoor::outside_recipient() const {
  const auto& given = audit_.settings().relay_to;
  return given.empty() ? audit_.subject().nonce + "@example.net" : given;
}

/// S3. Without --user only where an unknown mailbox costs no counted line.
void StrangerAtTheDoor::ask_own_domain() {
  const auto& subject = audit_.subject();
  const bool free = noise_cost(LoudProbe::mailbox_refused, audit_.product()) == 0;
  if (subject.own_address.empty() && (!free || subject.domain.empty())) {
    add("S3", Status::not_tested, {Word::s3_needs_user, {}});
    return;
  }
  const auto sender =
      subject.own_address.empty() ? subject.nonce + "@" + subject.domain : subject.own_address;
  const auto recipient =
      subject.own_address.empty() ? "postmaster@" + subject.domain : subject.own_address;
  if (!open()) {
    add("S3", Status::not_tested, trouble_);
    return;
  }
  auto& session = conversation_->smtp();
  mark_ = session.mark();
  auto reply = session.command("MAIL FROM:<" + sender + ">");
  if (reply && reply->ok()) {
    reply = session.command("RCPT TO:<" + recipient + ">");
  }
  if (!reply) {
    add("S3", Status::not_tested, {Word::lost_here, {reply.error().detail}});
    return;
  }
  note_refusal(audit_, "S3", *conversation_, reply, recipient);
  const auto line = reply->first_line();
  switch (smtp::reason_of(*reply)) {
    case smtp::Reason::none:
      add("S3", Status::warn, {Word::s3_accepted, {sender, line}}, Confidence::indirect);
      break;
    case smtp::Reason::login_required:
    case smtp::Reason::sender_policy:
    case smtp::Reason::not_owner:
    case smtp::Reason::access_denied:
      add("S3", Status::pass, {Word::s3_refused, {sender, line}});
      break;
    case smtp::Reason::greylisted:
      add("S3", Status::not_tested, {Word::greylisted, {line}});
      break;
    default:
      add("S3", Status::not_tested, {Word::s3_unclear, {sender, line}});
      unclear_s3_ = reply->code >= 500 ? line : "";
      break;
  }
  if (session.alive()) {
    static_cast<void>(
        session.command("RSET"));  // a server that dislikes it closes, and open() sees that
  }
}

/// S7. VRFY postmaster, where the budget allows it beside the relay probe; EXPN and a random name
/// on request.
void StrangerAtTheDoor::ask_names() {
  const int cost = noise_cost(LoudProbe::vrfy_refused, audit_.product());
  if (!audit_.may_spend(cost + noise_cost(LoudProbe::relay_refused, audit_.product())) &&
      !audit_.settings().expn) {
    add("S7", Status::not_tested, {Word::s7_budget, {}});
    return;
  }
  if (!open()) {
    add("S7", Status::not_tested, trouble_);
    return;
  }
  auto& session = conversation_->smtp();
  mark_ = session.mark();
  std::vector<std::string> commands{"VRFY postmaster"};
  if (audit_.settings().expn) {
    commands.insert(commands.end(), {"VRFY " + audit_.subject().nonce, "EXPN postmaster"});
  }
  std::string telling;
  std::string last;
  for (const auto& command : commands) {
    const auto reply = session.command(command);
    if (!reply) {
      add("S7", Status::not_tested, {Word::lost_here, {reply.error().detail}});
      return;
    }
    last = reply->first_line();
    const bool told = reply->code == 250 || reply->code == 251;
    telling = told ? command : telling;
    if (!told) {
      audit_.add_noise("S7", cost);
    }
  }
  if (telling.empty()) {
    add("S7", Status::pass, {Word::s7_silent, {port_, last}});
  } else {
    add("S7", Status::warn, {Word::s7_tells, {telling, last}});
  }
}

Control StrangerAtTheDoor::ask_control(std::string& words) {
  const auto& own = audit_.subject().own_address;
  const auto reply =
      conversation_->smtp().command("RCPT TO:<" + (own.empty() ? "postmaster" : own) + ">");
  if (!reply) {
    words = reply.error().detail;
    return Control::refused;
  }
  note_refusal(audit_, "S1", *conversation_, reply, own.empty() ? "postmaster" : own);
  words = reply->first_line();
  if (reply->ok()) {
    own_mailbox_taken_ = own_mailbox_taken_ || !own.empty();
    return Control::accepted;
  }
  return smtp::reason_of(*reply) == smtp::Reason::recipient_unknown ? Control::unknown_mailbox
                                                                    : Control::refused;
}

void StrangerAtTheDoor::add_unclear(const smtp::Reply& reply, const std::string& control_words) {
  const auto line = reply.first_line();
  if (reply.temporary() || smtp::reason_of(reply) == smtp::Reason::greylisted) {
    add("S1", Status::not_tested, {Word::greylisted, {line}});
  } else {
    add("S1", Status::not_tested, {Word::s1_unclear, {line, control_words}});
  }
}

/// 250 at RCPT is only a suspicion: DATA tells more, and a message to the owner's own address all.
void StrangerAtTheDoor::judge_accepted(const RelayForm& form, const std::string& control_words) {
  auto& session = conversation_->smtp();
  const auto name = words::say(form.name);
  const auto likely_open = [&] {
    relay_found_ = true;
    add("S1", Status::fail, {Word::s1_likely_open, {name, port_}}, Confidence::likely);
  };
  const auto reply = session.command("DATA");
  if (!reply) {
    add("S1",
        Status::warn,
        {Word::s1_accepted_then_lost, {name, reply.error().detail}},
        Confidence::indirect);
    return;
  }
  if (reply->code != 354) {
    if (smtp::refused_for_good(*reply)) {
      add("S1", Status::pass, {Word::s1_refused_at_data, {port_, reply->first_line()}});
    } else {
      add_unclear(*reply, control_words);
    }
    return;
  }
  if (audit_.settings().relay_to.empty()) {
    session.drop();
    likely_open();
    return;
  }
  const auto taken = session.send_message(message_from(audit_.subject(), outside_recipient()));
  if (!taken) {
    likely_open();
  } else if (taken->ok()) {
    relay_found_ = true;
    add("S1", Status::fail, {Word::s1_open, {name, outside_recipient(), taken->first_line()}});
  } else if (smtp::refused_for_good(*taken)) {
    add("S1", Status::pass, {Word::s1_refused_after_message, {port_, taken->first_line()}});
  } else {
    add_unclear(*taken, control_words);
  }
}

void StrangerAtTheDoor::judge_outside(const RelayForm& form,
                                      const Result<smtp::Reply>& reply,
                                      Control control,
                                      const std::string& control_words) {
  if (!reply) {
    add("S1", Status::not_tested, {Word::lost_here, {reply.error().detail}});
    return;
  }
  if (reply->ok()) {
    judge_accepted(form, control_words);
    return;
  }
  const auto line = reply->first_line();
  // Stock fail2ban reads Sendmail's "IP name lookup failed" with an IPv4 address only.
  const bool unread = line.find("IP name lookup failed [IPv6:") != std::string::npos;
  audit_.add_noise("S1", unread ? 0 : noise_cost(LoudProbe::relay_refused, audit_.product()));
  switch (judge_relay_refusal(*reply, control)) {
    case RelayVerdict::denied:
      add("S1", Status::pass, {Word::s1_refused, {port_, line}});
      return;
    case RelayVerdict::likely_denied:
      add("S1", Status::pass, {Word::s1_likely_refused, {port_, line}}, Confidence::likely);
      return;
    case RelayVerdict::says_nothing:
      break;
  }
  add_unclear(*reply, control_words);
}

/// False where no further form makes sense.
bool StrangerAtTheDoor::ask_relay(const RelayForm& form) {
  if (!open()) {
    add("S1", Status::not_tested, trouble_);
    return false;
  }
  auto& session = conversation_->smtp();
  mark_ = session.mark();
  const auto& settings = audit_.settings();
  const bool asked_for = settings.relay_forms || settings.expn || !settings.relay_to.empty();
  if (!asked_for && !audit_.may_spend(noise_cost(LoudProbe::relay_refused, audit_.product()))) {
    add("S1", Status::not_tested, {Word::s7_budget, {}});
    return false;
  }
  const auto mail = "MAIL FROM:<" + form.sender + ">";
  auto reply = session.command(mail);
  std::string control_words;
  auto control = Control::refused;
  if (reply && reply->ok()) {
    control = ask_control(control_words);
    const auto reset = session.command("RSET");
    if (!reset || !reset->ok()) {
      add("S1",
          Status::not_tested,
          {Word::lost_here, {reset ? reset->first_line() : reset.error().detail}});
      session.drop();
      return true;
    }
    reply = session.command(mail);
    if (reply && reply->ok()) {
      reply = session.command("RCPT TO:<" + outside_recipient() + ">");
    }
  }
  judge_outside(form, reply, control, control_words);
  if (session.alive()) {
    static_cast<void>(
        session.command("RSET"));  // a server that dislikes it closes, and open() sees that
  }
  return !relay_found_;
}

/// S3 where the words were unclear: the mailbox takes a stranger's mail, so what was refused there
/// was the claim to be its owner.
void StrangerAtTheDoor::conclude_own_domain() {
  if (!unclear_s3_.empty() && own_mailbox_taken_) {
    own_domain_->status = Status::pass;
    own_domain_->confidence = Confidence::likely;
    own_domain_->summary = {Word::s3_refused, {audit_.subject().own_address, unclear_s3_}};
  }
  audit_.add(std::move(*own_domain_));
}

void StrangerAtTheDoor::run() {
  audit_.say({Word::step_stranger, {port_}});
  ask_own_domain();
  const int quiet = audit_.noise().lines();
  ask_names();
  if (audit_.noise().lines() > quiet) {
    conversation_.reset();
    static_cast<void>(try_the_door(audit_, facts_.port, "S7"));  // where it is shut, open() says so
  }
  for (const auto& form : relay_forms(audit_.subject(), audit_.settings().relay_forms)) {
    const bool more = ask_relay(form);
    conversation_.reset();
    if (!try_the_door(audit_, facts_.port, "S1") || !more) {
      break;
    }
  }
  const auto rank = [](const finding::Finding& f) {
    return f.status == Status::fail         ? 0
           : f.status == Status::warn       ? 1
           : f.status == Status::not_tested ? 2
                                            : 3;
  };
  auto* worst = &relay_findings_.front();
  for (auto& candidate : relay_findings_) {
    worst = rank(candidate) < rank(*worst) ? &candidate : worst;
  }
  audit_.add(std::move(*worst));
  conclude_own_domain();
}

void add_all(Audit& audit, const PortFacts* facts, Status status, const Phrase& why) {
  const auto port = facts == nullptr ? std::optional<int>{} : std::optional<int>{facts->port};
  for (const std::string_view id : {"S1", "S3", "S7"}) {
    audit.add(make_finding(id, status, why, audit, port));
  }
}

}  // namespace

namespace {

/// Postfix: "Sender address rejected: Access denied", said before it comes to relaying.
bool blames_sender(const smtp::Reply& reply) {
  return text::to_lower(reply.text()).find("sender address rejected") != std::string::npos;
}

}  // namespace

RelayVerdict judge_relay_refusal(const smtp::Reply& reply, Control control) {
  using smtp::Reason;
  switch (smtp::reason_of(reply)) {
    case Reason::relay_denied:
    case Reason::login_required:
      return RelayVerdict::denied;
    case Reason::access_denied:
      // Who refuses everything alike may have something against us, not against relaying; and who
      // dislikes the sender has not yet looked at the recipient.
      return control != Control::refused && !blames_sender(reply) ? RelayVerdict::denied
                                                                  : RelayVerdict::says_nothing;
    case Reason::unclear:
      // It is not the mailbox: this server has other words for an unknown one, or took the control.
      return control != Control::refused && !reply.temporary() ? RelayVerdict::likely_denied
                                                               : RelayVerdict::says_nothing;
    case Reason::recipient_unknown:
      // Nothing else can have displeased it: the same sender was taken for another recipient.
      return control == Control::accepted && !reply.temporary() ? RelayVerdict::likely_denied
                                                                : RelayVerdict::says_nothing;
    default:
      break;
  }
  return RelayVerdict::says_nothing;
}

void probe_relay(Audit& audit) {
  const auto& ports = audit.all_ports();
  const auto found = ports.find(25);
  if (found == ports.end()) {
    // Left out by the user, or a submission service by its SRV record: the verdict is about the
    // others.
    add_all(audit, nullptr, Status::info, {Word::s1_port_not_asked, {}});
    return;
  }
  auto& facts = audit.port(25);
  if (audit.subject().from_itself) {
    add_all(audit, &facts, Status::not_tested, {Word::from_itself, {}});
  } else if (facts.state == PortState::shut && audit.shut_means_closed()) {
    add_all(audit, &facts, Status::info, {Word::s1_no_port, {}});
  } else if (facts.state == PortState::shut) {
    add_all(audit, &facts, Status::not_tested, {Word::s1_shut_to_us, {}});
  } else if (facts.state != PortState::open) {
    add_all(audit, &facts, Status::not_tested, state_phrase(facts));
  } else {
    StrangerAtTheDoor(audit, facts).run();
  }
}

}  // namespace spranga::check
