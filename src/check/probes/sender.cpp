#include "check/probes/sender.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "check/login.h"
#include "check/noise_cost.h"
#include "check/opening.h"
#include "check/probes/offers.h"
#include "smtp/refusal.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Status;
using words::Phrase;
using words::Word;

constexpr int sender_refusals_a_connection = 8;
constexpr int sender_connections = 3;  // the full run: one, one after a dropped DATA, one to spare

std::string message_to(const Subject& subject, const std::string& sender) {
  return fmt::format(
      "From: <{0}>\r\nTo: <{0}>\r\nSubject: spranga check {1}\r\nMessage-ID: <{1}@{2}>\r\n"
      "Auto-Submitted: auto-generated\r\n\r\n"
      "This message was sent with the envelope sender <{3}> after a login as the owner of "
      "<{0}>,\r\n"
      "to test whether this server lets a login use other people's addresses. It did.\r\n",
      subject.own_address,
      subject.nonce,
      subject.outside_domain,
      sender);
}

/// What one form came to.
struct FormResult {
  enum class Kind { refused, accepted, unclear, unknown, lost };

  Kind kind{Kind::unclear};  // unknown: the sender is refused as one who is not there
  std::string words;         // the server's, raw
  bool blames_records{false};
};

/// The S2 dialogue on one port, over as many connections as it takes.
class SenderTrial {
public:
  SenderTrial(Audit& audit, PortFacts& facts, std::vector<SenderForm> forms, bool may_deliver)
      : audit_(audit), facts_(facts), forms_(std::move(forms)), may_deliver_(may_deliver) {}

  void run();

  [[nodiscard]] bool delivered() const { return delivered_; }

  /// Refused senders leave lines that guards count, and no more is allowed.
  [[nodiscard]] bool spent() const { return counted_ && !audit_.may_spend(1); }

  /// The server does not take the login: trying it again elsewhere would look like guessing.
  [[nodiscard]] bool login_failed() const { return trouble_.word == Word::login_failed; }

private:
  void try_and_note(SenderForm form);
  void conclude_accepted(const std::string& port, const std::string& list);
  [[nodiscard]] Phrase own_alias(const std::string& port, const std::string& list) const;
  void reset();
  bool ready();
  bool control();
  void counted(const Result<smtp::Reply>& refusal, std::string_view recipient);
  FormResult try_form(const SenderForm& form);
  FormResult try_data(const SenderForm& form);
  void note(const SenderForm& form, const FormResult& result);
  void conclude();
  void keep_evidence();
  void add(Status status, Phrase summary, Confidence confidence = Confidence::proven);

  Audit& audit_;
  PortFacts& facts_;
  std::vector<SenderForm> forms_;
  bool may_deliver_;
  std::unique_ptr<Conversation> conversation_;
  std::size_t mark_{0};
  std::vector<finding::Line> evidence_;
  int connections_{0};
  int refusals_{0};
  bool data_settled_{false};  // one forged sender got as far as 354
  bool delivered_{false};     // and its message was taken
  bool counted_{false};       // a refusal left a line that guards count
  std::vector<std::string> accepted_;
  std::vector<std::string> unclear_;
  std::string unknown_colleague_;      // refused as one who does not exist, raw
  bool only_postmaster_{true};         // nothing was taken but the colleague that every domain has
  std::vector<std::string> informed_;  // taken, of those that only inform
  std::string first_refusal_;
  Phrase trouble_;
};

void SenderTrial::keep_evidence() {
  if (conversation_) {
    const auto lines = conversation_->evidence(mark_);
    evidence_.insert(evidence_.end(), lines.begin(), lines.end());
    conversation_.reset();
  }
}

void SenderTrial::add(Status status, Phrase summary, Confidence confidence) {
  auto out = make_finding("S2", status, std::move(summary), audit_, facts_.port, true);
  out.confidence = confidence;
  out.evidence = evidence_;
  if (!informed_.empty()) {
    std::string list;
    for (const auto& name : informed_) {
      list += (list.empty() ? "" : ", ") + name;
    }
    out.also.push_back({Word::s2_also_taken, {list}});
  }
  audit_.add(std::move(out));
}

/// A logged-in connection with the control passed; opens one where there is none.
bool SenderTrial::ready() {
  if (conversation_ && conversation_->smtp().alive() && refusals_ < sender_refusals_a_connection) {
    return true;
  }
  keep_evidence();
  if (connections_++ == sender_connections) {
    trouble_ = {Word::s2_lost, {"too many connections were lost"}};
    return false;
  }
  refusals_ = 0;
  auto opened = open_secure_session(audit_, facts_, "S2");
  if (!opened.conversation) {
    trouble_ = opened.trouble;
    return false;
  }
  conversation_ = std::move(opened.conversation);
  mark_ = conversation_->smtp().mark();
  trouble_ = log_in(audit_, facts_, *conversation_);
  return trouble_.word == Word::none && control();
}

void SenderTrial::counted(const Result<smtp::Reply>& refusal, std::string_view recipient) {
  counted_ = note_refusal(audit_, "S2", *conversation_, refusal, recipient) > 0 || counted_;
}

/// The login's own address, to itself, must be taken: else refusals prove nothing.
bool SenderTrial::control() {
  auto& session = conversation_->smtp();
  const auto& own = audit_.subject().own_address;
  auto reply = session.command("MAIL FROM:<" + own + ">");
  if (reply && reply->ok()) {
    reply = session.command("RCPT TO:<" + own + ">");
  }
  if (!reply || !reply->ok()) {
    counted(reply, own);
    trouble_ = {Word::s2_control_refused,
                {own, reply ? reply->first_line() : reply.error().detail}};
    return false;
  }
  const auto reset = session.command("RSET");
  if (!reset || !reset->ok()) {
    trouble_ = {Word::s2_lost, {reset ? reset->first_line() : reset.error().detail}};
    return false;
  }
  return true;
}

/// The colleague's address itself.
bool names_colleague(const SenderForm& form) {
  return form.name == Word::sender_colleague || form.name == Word::sender_route;
}

/// Gmail takes any sender and writes the login's own address over it.
bool rewrites_senders(const PortFacts& facts) {
  return facts.greeting.text().ends_with(" gsmtp");
}

FormResult refused_or_unclear(const smtp::Reply& reply, const SenderForm& form, bool at_data) {
  // The login's own address goes as far as RCPT only: at DATA other things may be refused to it too
  // (spam, a limit of mails a day), so there the words have to say what displeases.
  constexpr std::array vague_words = {
      smtp::Reason::unclear, smtp::Reason::access_denied, smtp::Reason::recipient_unknown};
  const bool vague =
      at_data && std::ranges::find(vague_words, smtp::reason_of(reply)) != vague_words.end();
  if (!at_data && !reply.temporary() && smtp::reason_of(reply) == smtp::Reason::recipient_unknown) {
    return {FormResult::Kind::unknown, reply.first_line()};
  }
  const bool refused =
      reply.refused() && !vague && judge_sender_refusal(reply, form) == SenderVerdict::refused;
  return {refused ? FormResult::Kind::refused : FormResult::Kind::unclear,
          reply.first_line(),
          blames_records(reply, form)};
}

FormResult SenderTrial::try_data(const SenderForm& form) {
  auto& session = conversation_->smtp();
  const auto reply = session.command("DATA");
  if (!reply) {
    return {FormResult::Kind::lost, reply.error().detail};
  }
  if (reply->code != 354) {
    return refused_or_unclear(*reply, form, true);
  }
  if (!may_deliver_) {
    session.drop();
    data_settled_ = true;
    return {FormResult::Kind::accepted, reply->first_line()};
  }
  const auto taken = session.send_message(message_to(audit_.subject(), form.path));
  if (!taken) {
    return {FormResult::Kind::lost, taken.error().detail};
  }
  data_settled_ = delivered_ = taken->ok();
  return taken->ok() ? FormResult{FormResult::Kind::accepted, taken->first_line()}
                     : refused_or_unclear(*taken, form, true);
}

FormResult SenderTrial::try_form(const SenderForm& form) {
  auto& session = conversation_->smtp();
  auto reply = session.command("MAIL FROM:<" + form.path + ">" + form.parameters);
  const bool at_mail = !reply || !reply->ok();
  if (!at_mail) {
    reply = session.command("RCPT TO:<" + audit_.subject().own_address + ">");
  }
  if (!reply) {
    return {FormResult::Kind::lost, reply.error().detail};
  }
  if (reply->ok()) {
    return form.decides && !data_settled_
               ? try_data(form)
               : FormResult{FormResult::Kind::accepted, reply->first_line()};
  }
  counted(reply, at_mail ? "" : audit_.subject().own_address);
  ++refusals_;
  return refused_or_unclear(*reply, form, false);
}

void SenderTrial::note(const SenderForm& form, const FormResult& result) {
  const auto shown = words::say(form.name) + " <" + form.path + ">";
  switch (result.kind) {
    case FormResult::Kind::accepted:
      only_postmaster_ = only_postmaster_ && (!form.decides || names_colleague(form));
      (form.decides ? accepted_ : informed_).push_back(shown);
      break;
    case FormResult::Kind::refused:
      if (form.decides && first_refusal_.empty()) {
        first_refusal_ = result.words;
      }
      break;
    case FormResult::Kind::unknown:
      if (form.name == Word::sender_colleague) {
        unknown_colleague_ = result.words;
      } else if (form.decides && first_refusal_.empty()) {
        first_refusal_ = result.words;
      }
      break;
    case FormResult::Kind::unclear:
    case FormResult::Kind::lost:
      if (form.decides) {
        unclear_.push_back(shown + ": " + result.words);
      }
      break;
  }
}

void SenderTrial::conclude() {
  keep_evidence();
  const auto port = std::to_string(facts_.port);
  if (!accepted_.empty()) {
    conclude_accepted(port, text::enumerate(accepted_));
  } else if (trouble_.word != Word::none) {
    add(Status::not_tested, trouble_);
  } else if (!unclear_.empty()) {
    add(Status::not_tested, {Word::s2_unclear, {port, unclear_.front()}});
  } else if (!unknown_colleague_.empty()) {
    add(Status::not_tested, {Word::s2_unknown_colleague, {port, unknown_colleague_}});
  } else {
    add(Status::pass, {Word::s2_refused, {port, first_refusal_}});
  }
}

/// `list`: the senders that were taken.
void SenderTrial::conclude_accepted(const std::string& port, const std::string& list) {
  if (only_postmaster_ && audit_.settings().other_address.empty()) {  // as its owner often has
    add(Status::not_tested, own_alias(port, list));
  } else if (data_settled_ && rewrites_senders(facts_)) {
    add(Status::not_tested, {Word::s2_rewritten, {port, list}});
  } else if (delivered_) {
    add(Status::fail, {Word::s2_delivered, {port, list}}, Confidence::proven);
  } else if (data_settled_ && audit_.product() == finding::Product::exchange) {
    // It compares the sender with the login once it has the message, not before.
    add(Status::not_tested, {Word::s2_after_message, {port, list}});
  } else if (data_settled_) {
    add(Status::fail, {Word::s2_accepted, {port, list}}, Confidence::likely);
  } else {
    add(Status::warn, {Word::s2_accepted_then_lost, {port, list}}, Confidence::indirect);
  }
}

/// Nothing was taken but what may be the login's own: all the others were refused, or why not.
Phrase SenderTrial::own_alias(const std::string& port, const std::string& list) const {
  if (trouble_.word != Word::none) {
    return trouble_;
  }
  return unclear_.empty() ? Phrase{Word::s2_own_alias, {port, list}}
                          : Phrase{Word::s2_unclear, {port, unclear_.front()}};
}

void SenderTrial::run() {
  audit_.say({Word::step_senders, {std::to_string(facts_.port)}});
  for (const auto& form : forms_) {
    if (counted_ && !audit_.may_spend(1)) {
      trouble_ = {Word::s2_budget, {std::to_string(facts_.port)}};
      break;
    }
    if (!form.decides && !accepted_.empty() && delivered_) {
      break;
    }
    if (!ready()) {
      break;
    }
    try_and_note(form);
    if (trouble_.word != Word::none) {
      break;  // what comes now would be asked without a login
    }
  }
  conclude();
}

void SenderTrial::try_and_note(SenderForm form) {
  auto result = try_form(form);
  reset();
  if (result.blames_records && (!counted_ || audit_.may_spend(1)) && ready()) {
    form = of_domain_with_mail(std::move(form), audit_.subject());
    result = try_form(form);
    reset();
  }
  note(form, result);
}

void SenderTrial::reset() {
  if (conversation_->smtp().alive()) {
    const auto reset = conversation_->smtp().command("RSET");
    if (reset && !reset->ok()) {
      conversation_->smtp().drop();
    }
  }
}

void add_without_credentials(Audit& audit) {
  if (offers_auth(audit)) {
    audit.add(
        make_finding("S2", Status::not_tested, {Word::s2_needs_user, {}}, audit, std::nullopt));
  } else {
    audit.add(make_finding("S2", Status::info, {Word::s2_no_login, {}}, audit, std::nullopt));
  }
}

}  // namespace

void probe_senders(Audit& audit) {
  if (!audit.settings().credentials) {
    add_without_credentials(audit);
    return;
  }
  auto forms = sender_forms(audit.subject(), audit.settings().other_address);
  if (!audit.settings().other_address.empty()) {
    std::swap(forms[0], forms[1]);  // a real address passes where senders are looked up
  }
  // Postmaster may be the login's own alias: an invented address beside it tells.
  const int on_others = audit.settings().other_address.empty() ? 3 : 2;
  bool first = true;
  bool spent = false;
  bool may_deliver = audit.settings().deliver;  // one message a run
  for (const int number : audit.open_ports()) {
    auto& facts = audit.port(number);
    if (!facts.tls_seen || !facts.secure.auth()) {
      continue;
    }
    if (spent) {
      audit.add(make_finding("S2",
                             Status::not_tested,
                             {Word::s2_budget, {std::to_string(number)}},
                             audit,
                             number,
                             true));
      continue;
    }
    const auto turn = audit.turn_of(number);
    SenderTrial trial(audit,
                      facts,
                      first ? forms : std::vector(forms.begin(), forms.begin() + on_others),
                      may_deliver);
    trial.run();
    may_deliver = may_deliver && !trial.delivered();
    if (trial.login_failed()) {
      audit.add_noise("S2", noise_cost(LoudProbe::login_failed, audit.product()));
      return;
    }
    spent = trial.spent();
    first = false;
  }
  if (first) {
    audit.add(make_finding("S2", Status::not_tested, {Word::s2_no_port, {}}, audit, std::nullopt));
  }
}

}  // namespace spranga::check
