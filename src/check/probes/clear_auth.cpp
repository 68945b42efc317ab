#include "check/probes/clear_auth.h"

#include <algorithm>
#include <array>
#include <utility>

#include "check/noise_cost.h"
#include "check/opening.h"
#include "check/product.h"
#include "smtp/refusal.h"
#include "smtp/sasl.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Status;
using words::Phrase;
using words::Word;
using ClearState = ClearAuthFacts::State;

constexpr std::size_t clear_refusals_a_connection =
    2;                                // Exim hangs up at the fourth protocol error
constexpr int extra_connections = 2;  // for mechanisms that the first one left unasked
constexpr std::array<const char*, 2> passwords_go_by{"PLAIN", "LOGIN"};

bool counts(const std::string& mechanism) {
  return smtp::mechanism_kind(mechanism) != smtp::MechanismKind::other;
}

std::vector<std::string> counted_ones(const std::vector<std::string>& mechanisms) {
  std::vector<std::string> out;
  std::ranges::copy_if(mechanisms, std::back_inserter(out), counts);
  return out;
}

bool asked_before(const ClearAuthFacts& auth, const std::string& mechanism) {
  return std::ranges::find(auth.tried, mechanism) != auth.tried.end();
}

/// Worth asking for once the port has refused AUTH: a refusal may be meant for the mechanism alone
/// (538), so PLAIN, LOGIN and one of each other kind have to hear it themselves.
bool still_asked(const ClearAuthFacts& auth, const std::string& mechanism) {
  const auto kind = smtp::mechanism_kind(mechanism);
  return !auth.refuses || kind == smtp::MechanismKind::clear ||
         std::ranges::none_of(auth.tried, [&](const std::string& asked) {
           return smtp::mechanism_kind(asked) == kind;
         });
}

/// "503 send EHLO first": after HELO an answer, after EHLO a muddle that refuses nothing.
bool wants_another_hello(const ClearAuthFacts& auth, const smtp::Reply& reply) {
  return !auth.after_helo && smtp::reason_of(reply) == smtp::Reason::helo;
}

/// One bare AUTH. Keeps its words and cost; cancels a challenge.
BareAuth ask(Audit& audit,
             ClearAuthFacts& auth,
             Conversation& conversation,
             const std::string& mechanism) {
  auto& session = conversation.smtp();
  const auto reply = session.command("AUTH " + mechanism);
  auth.mechanism = mechanism;
  if (!reply) {
    auth.words = reply.error().detail;
    return BareAuth::unclear;
  }
  auth.words = reply->first_line();
  auth.tried.push_back(mechanism);
  audit.set_product(product_of_reply(*reply));
  if (reply->code == 334) {
    const auto cancelled = session.command("*");
    if (cancelled) {
      audit.set_product(product_of_reply(*cancelled));
    }
    audit.add_noise("A2", noise_cost(LoudProbe::clear_auth_cancelled, audit.product()));
  } else if (reply->code == 235) {
    session.drop();  // logged in as nobody knows whom: what comes next would not be a stranger's
                     // answer
  } else if (product_of_reply(*reply) == finding::Product::exim) {
    auth.refuses_all = true;
    audit.set_auth_needs_advertising(audit.port(conversation.port()));
    audit.add_noise("A2", noise_cost(LoudProbe::clear_auth_unadvertised, finding::Product::exim));
  }
  return wants_another_hello(auth, *reply) ? BareAuth::unclear : judge_bare_auth(*reply);
}

/// Whether the refusals so far leave something to ask for. Exim's is for all mechanisms.
bool anything_left(const ClearAuthFacts& auth, const std::vector<std::string>& candidates) {
  const auto left = [&](const std::string& mechanism) {
    return !asked_before(auth, mechanism) && still_asked(auth, mechanism);
  };
  return !auth.refuses_all && std::ranges::any_of(candidates, left);
}

/// What an answer makes of the port; true where this connection is good for another question.
bool note_answer(ClearAuthFacts& auth,
                 BareAuth judged,
                 bool alive,
                 const std::vector<std::string>& candidates) {
  if (judged == BareAuth::taken || judged == BareAuth::unclear) {
    auth.state = judged == BareAuth::taken ? ClearState::taken
                 : alive                   ? ClearState::unclear
                                           : ClearState::lost;
    return false;
  }
  auth.refuses = auth.refuses || judged == BareAuth::refused;
  if (judged == BareAuth::bad_arguments) {
    auth.arguments.push_back(auth.tried.back());
  }
  const bool left = anything_left(auth, candidates);
  const bool settled = !left && auth.refuses && auth.arguments.empty();
  auth.state = settled          ? ClearState::refused
               : left && !alive ? ClearState::lost
                                : ClearState::pending;
  return left && alive;
}

/// Asks for `candidates` until one settles the port or two were refused.
void ask_in_turn(Audit& audit,
                 ClearAuthFacts& auth,
                 Conversation& conversation,
                 const std::vector<std::string>& candidates) {
  const auto mark = conversation.smtp().mark();
  std::size_t refusals = 0;
  for (const auto& mechanism : candidates) {
    if (asked_before(auth, mechanism) || !still_asked(auth, mechanism)) {
      continue;
    }
    if (refusals == clear_refusals_a_connection) {
      break;
    }
    const auto judged = ask(audit, auth, conversation, mechanism);
    if (!note_answer(auth, judged, conversation.smtp().alive(), candidates)) {
      break;
    }
    ++refusals;
  }
  const auto lines = conversation.evidence(mark);
  auth.evidence.insert(auth.evidence.end(), lines.begin(), lines.end());
}

/// Mechanisms that answered 501 in clear: do they answer so over TLS too? True where a challenge
/// there shows that it was the clear text that was refused.
bool refused_only_in_clear(Audit& audit,
                           PortFacts& facts,
                           const std::vector<std::string>& mechanisms) {
  auto opened = open_secure_session(audit, facts, "A2 over TLS");
  if (!opened.conversation) {
    return false;
  }
  auto& session = opened.conversation->smtp();
  const auto mark = session.mark();
  bool all = true;
  std::size_t asked = 0;
  for (const auto& mechanism : mechanisms) {
    if (!all || asked++ == clear_refusals_a_connection) {
      all = false;
      break;
    }
    const auto reply = session.command("AUTH " + mechanism);
    all = reply && reply->code == 334;
    if (all) {
      // The challenge was the proof; how its cancelling is answered says nothing more.
      static_cast<void>(session.command("*"));
    }
  }
  const auto lines = opened.conversation->evidence(mark);
  facts.clear_auth.evidence.insert(facts.clear_auth.evidence.end(), lines.begin(), lines.end());
  return all;
}

void retry_lost(Audit& audit, PortFacts& facts) {
  auto opened = open_session(audit, facts, "A2 again");
  if (opened.conversation) {
    probe_clear_auth(audit, facts, *opened.conversation);
  }
}

/// Mechanisms that were not asked for yet. Those that only TLS showed are asked for as far as the
/// connections go; PLAIN, LOGIN or one that is advertised in clear, never asked for, leaves the
/// port unclear.
void ask_for_the_rest(Audit& audit, PortFacts& facts) {
  auto& auth = facts.clear_auth;
  const auto over_tls = auth.refuses ? std::vector<std::string>{} : facts.secure.mechanisms;
  const auto all = clear_auth_candidates(facts.clear.mechanisms, over_tls);
  const auto untried = [&](const std::string& mechanism) {
    return !asked_before(auth, mechanism) && still_asked(auth, mechanism);
  };
  for (int i = 0; i < extra_connections && auth.state == ClearState::pending; ++i) {
    if (std::ranges::none_of(all, untried)) {
      return;
    }
    auto opened = open_session(audit, facts, "A2");
    if (!opened.conversation) {
      auth.state = ClearState::lost;
      auth.words = words::say(opened.trouble);
      return;
    }
    ask_in_turn(audit, auth, *opened.conversation, all);
  }
  if (auth.state == ClearState::pending &&
      std::ranges::any_of(clear_auth_candidates(facts.clear.mechanisms, {}), untried)) {
    auth.state = ClearState::unclear;
  }
}

Phrase taken_phrase(const PortFacts& facts) {
  const auto& auth = facts.clear_auth;
  const auto port = std::to_string(facts.port);
  if (auth.after_helo) {
    return {Word::a2_taken_after_helo, {auth.mechanism, port, auth.words}};
  }
  const auto kind = smtp::mechanism_kind(auth.mechanism);
  const bool challenge =
      kind == smtp::MechanismKind::challenge || kind == smtp::MechanismKind::scram;
  return {challenge ? Word::a2_challenge_taken : Word::a2_taken,
          {auth.mechanism, port, auth.words}};
}

finding::Finding finding_of(Audit& audit, const PortFacts& facts) {
  const auto& auth = facts.clear_auth;
  const auto port = std::to_string(facts.port);
  const auto build = [&](Status status, Phrase summary) {
    auto out = make_finding("A2", status, std::move(summary), audit, facts.port);
    out.evidence = auth.evidence;
    return out;
  };
  switch (auth.state) {
    case ClearState::taken: {
      auto out = build(Status::fail, taken_phrase(facts));
      const bool exchange = audit.product() == finding::Product::exchange;
      if (exchange && smtp::mechanism_kind(auth.mechanism) == smtp::MechanismKind::challenge) {
        out.remedy = finding::RemedyId::no_ntlm_before_tls;
      }
      return out;
    }
    case ClearState::advertised: {
      auto out = build(
          Status::fail,
          {Word::a2_advertised, {text::enumerate(counted_ones(facts.clear.mechanisms)), port}});
      out.confidence = Confidence::likely;
      return out;
    }
    case ClearState::refused:
    case ClearState::pending: {
      if (!auth.helo_trouble.empty()) {
        return build(Status::not_tested, {Word::a2_lost, {port, auth.helo_trouble}});
      }
      const auto& offered = facts.clear.mechanisms;
      if (!offered.empty() && counted_ones(offered).empty()) {
        return build(Status::warn, {Word::a2_other_offered, {text::enumerate(offered), port}});
      }
      return build(Status::pass,
                   {Word::a2_refused, {port, text::enumerate(auth.tried), auth.words}});
    }
    case ClearState::refused_elsewhere: {
      auto out = build(Status::pass, {Word::a2_not_advertised_here, {port}});
      out.confidence = Confidence::likely;
      return out;
    }
    case ClearState::lost:
      return build(Status::not_tested, {Word::a2_lost, {port, auth.words}});
    case ClearState::unclear:
      return build(Status::not_tested, {Word::a2_unclear, {port, auth.words}});
    case ClearState::untested:
      break;
  }
  return build(Status::not_tested, {Word::a2_untested, {port}});
}

/// Such a refusal says nothing about AUTH: it would be given to any command.
bool about_the_client(smtp::Reason reason) {
  return reason == smtp::Reason::client_blocked || reason == smtp::Reason::too_many ||
         reason == smtp::Reason::greylisted;
}

/// "535 Authentication not enabled": no password was judged.
bool says_there_is_none(const smtp::Reply& reply) {
  constexpr std::array<std::string_view, 6> words{
      "disabled", "not enabled", "not available", "not supported", "not allowed", "not permitted"};
  const auto text = text::to_lower(reply.text());
  return std::ranges::any_of(words,
                             [&](auto word) { return text.find(word) != std::string::npos; });
}

/// "530 Authentication required", in answer to a login: said to whatever comes before one, it
/// refuses nothing.
bool wants_a_login(const smtp::Reply& reply) {
  return smtp::reason_of(reply) == smtp::Reason::login_required &&
         text::to_lower(reply.text()).find("auth") != std::string::npos;
}

}  // namespace

BareAuth judge_bare_auth(const smtp::Reply& reply) {
  if (reply.code == 334 || reply.code == 235) {
    return BareAuth::taken;
  }
  const auto reason = smtp::reason_of(reply);
  if (reason == smtp::Reason::tls_required) {
    return BareAuth::refused;
  }
  if (about_the_client(reason) || wants_a_login(reply)) {
    return BareAuth::unclear;
  }
  switch (reply.code) {
    case 500:
    case 502:
    case 503:
    case 523:
    case 530:
    case 538:
      return BareAuth::refused;
    case 504:
      return BareAuth::not_this_one;
    case 501:
      return BareAuth::bad_arguments;
    case 454:
    case 535:
      return reason == smtp::Reason::mechanism ? BareAuth::not_this_one
             : says_there_is_none(reply)       ? BareAuth::unclear
                                               : BareAuth::taken;
    case 550:
      return reply.enhanced.starts_with("5.7.") ? BareAuth::refused : BareAuth::unclear;
    default:
      break;
  }
  return reason == smtp::Reason::mechanism ? BareAuth::not_this_one : BareAuth::unclear;
}

std::vector<std::string> clear_auth_candidates(const std::vector<std::string>& clear,
                                               const std::vector<std::string>& over_tls) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& mechanism) {
    if (counts(mechanism) && std::ranges::find(out, mechanism) == out.end()) {
      out.push_back(mechanism);
    }
  };
  const auto first = std::ranges::find_if(clear, counts);
  if (first != clear.end()) {
    add(*first);
  }
  std::ranges::for_each(passwords_go_by, add);
  std::ranges::for_each(clear, add);
  std::ranges::for_each(over_tls, add);
  return out;
}

void probe_clear_auth(Audit& audit, PortFacts& facts, Conversation& conversation) {
  auto& auth = facts.clear_auth;
  const auto& offered = facts.clear.mechanisms;
  const bool advertised = !counted_ones(offered).empty();
  if (advertised && audit.clear_auth_proved()) {
    auth.state = ClearState::advertised;
    auth.evidence = conversation.evidence(0);
    std::erase_if(auth.evidence, [](const finding::Line& line) {
      return line.text.find("AUTH") == std::string::npos;
    });
    return;
  }
  if (!advertised && audit.auth_needs_advertising(facts)) {
    auth.state = ClearState::refused_elsewhere;
    return;
  }
  audit.say({Word::step_clear_auth, {std::to_string(facts.port)}});
  ask_in_turn(audit, auth, conversation, clear_auth_candidates(offered, {}));
  if (auth.state == ClearState::taken) {
    audit.set_clear_auth_proved();
  }
}

namespace {

/// HELO and the question on a connection of its own; why not, raw, in `facts.clear_auth`.
void ask_after_helo(Audit& audit, PortFacts& facts, ClearAuthFacts& after_helo) {
  auto& auth = facts.clear_auth;
  auto opened = open_session(audit, facts, "A2 after HELO", false);
  if (!opened.conversation) {
    auth.helo_trouble = words::say(opened.trouble);
    return;
  }
  auto& session = opened.conversation->smtp();
  const auto mark = session.mark();
  const auto hello = session.command("HELO " + audit.subject().ehlo_name);
  if (!hello || hello->code == 421) {
    auth.helo_trouble = hello ? hello->first_line() : hello.error().detail;
    return;
  }
  auto evidence = after_helo.evidence;
  if (hello->ok()) {  // no HELO, no AUTH after it; and where there is, nothing is advertised
    ask_in_turn(
        audit, after_helo, *opened.conversation, clear_auth_candidates({}, facts.clear.mechanisms));
  }
  const auto lines = opened.conversation->evidence(mark);
  evidence.insert(evidence.end(), lines.begin(), lines.end());
  after_helo.evidence = std::move(evidence);
}

}  // namespace

void probe_clear_auth_after_helo(Audit& audit, PortFacts& facts) {
  auto& auth = facts.clear_auth;
  const bool known = auth.state == ClearState::taken || auth.state == ClearState::advertised;
  if (known || audit.auth_needs_advertising(facts) || !facts.clear.extended) {
    return;
  }
  audit.say({Word::step_helo_auth, {std::to_string(facts.port)}});
  ClearAuthFacts after_helo;
  after_helo.after_helo = true;
  ask_after_helo(audit, facts, after_helo);
  if (after_helo.state == ClearState::lost && after_helo.refuses) {
    ask_after_helo(audit, facts, after_helo);  // it hangs up at each refusal
  }
  if (after_helo.state == ClearState::taken) {
    auth = std::move(after_helo);
    return;
  }
  if (after_helo.state != ClearState::untested) {
    const bool answered =
        after_helo.state == ClearState::refused || after_helo.state == ClearState::pending;
    auth.helo_trouble = answered ? "" : after_helo.words;
  }
  auth.evidence.insert(auth.evidence.end(), after_helo.evidence.begin(), after_helo.evidence.end());
}

void conclude_clear_auth(Audit& audit, PortFacts& facts) {
  auto& auth = facts.clear_auth;
  if (auth.state == ClearState::lost) {
    retry_lost(audit, facts);
  }
  ask_for_the_rest(audit, facts);
  if (auth.state == ClearState::pending && !auth.arguments.empty() &&
      !refused_only_in_clear(audit, facts, auth.arguments)) {
    auth.state = ClearState::unclear;
  }
  audit.add(finding_of(audit, facts));
}

}  // namespace spranga::check
