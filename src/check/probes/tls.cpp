#include "check/probes/tls.h"

#include <fmt/core.h>

#include <algorithm>

#include "check/opening.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Status;
using words::Phrase;
using words::Word;
using OldTls = OldTlsFacts::State;

constexpr int shortest_rsa_key = 2048;
constexpr int shortest_ec_key = 224;
constexpr long soon_seconds = 14 * 86'400L;

/// Brings the connection to the point where a ClientHello may go out; "" or why not.
std::string prepare(Audit& audit, PortFacts& facts, std::unique_ptr<Conversation>& conversation) {
  if (facts.implicit_tls) {
    auto connected = audit.connect(facts.port, "A4");
    if (!connected) {
      return connected.error().detail;
    }
    conversation = std::move(*connected);
    return "";
  }
  auto opened = open_session(audit, facts, "A4");
  if (!opened.conversation) {
    return words::say(opened.trouble);
  }
  conversation = std::move(opened.conversation);
  if (!conversation->smtp().capabilities().starttls()) {
    return "STARTTLS is not offered";
  }
  const auto reply = conversation->smtp().command("STARTTLS");
  if (!reply || reply->code != 220) {
    return reply ? reply->first_line() : reply.error().detail;
  }
  return "";
}

struct TlsJudgement {
  Status worst{Status::pass};
  std::vector<Phrase> problems;
  std::optional<finding::RemedyId> remedy;

  void add(Status status, Phrase phrase, finding::RemedyId cure) {
    const bool worse = problems.empty() || (status == Status::fail && worst != Status::fail);
    if (worse) {
      worst = status;
      remedy = cure;
      problems.insert(problems.begin(), std::move(phrase));
    } else {
      problems.push_back(std::move(phrase));
    }
  }
};

/// Where people log in a weakness is a fault; on 25 it is advice, even where it takes logins: other
/// servers bring their mail there, and would bring it in clear.
Status grade(const PortFacts& facts) {
  return facts.port == 25 ? Status::warn : Status::fail;
}

void judge_versions(const PortFacts& facts, TlsJudgement& out) {
  using enum finding::RemedyId;
  if (facts.tls.version < net::TlsVersion::tls1_2) {
    out.add(grade(facts),
            {Word::a4_only_old, {std::string(tls_version_name(facts.tls.version))}},
            require_tls12);
  } else if (facts.old_tls.state == OldTls::accepted) {
    out.add(grade(facts), {Word::a4_old_accepted, {facts.old_tls.version}}, require_tls12);
  }
}

std::string names_of(const net::TlsFacts& tls) {
  constexpr std::size_t shown = 4;
  std::string out;
  for (std::size_t i = 0; i < std::min(shown, tls.certificate_names.size()); ++i) {
    out += (i == 0 ? "" : ", ") + tls.certificate_names[i];
  }
  return out.empty() ? tls.certificate_subject : out;
}

void judge_name(const Audit& audit, const PortFacts& facts, TlsJudgement& out) {
  const auto& name = audit.subject().tls_name;
  if (facts.tls.name_matches || name.empty()) {
    return;
  }
  if (facts.tls.name_only_in_common_name) {
    out.add(
        Status::warn, {Word::a4_common_name_only, {name}}, finding::RemedyId::valid_certificate);
    return;
  }
  out.add(grade(facts),
          {Word::a4_wrong_name, {name, names_of(facts.tls)}},
          finding::RemedyId::valid_certificate);
}

void judge_certificate(const Audit& audit, const PortFacts& facts, TlsJudgement& out) {
  using enum finding::RemedyId;
  const auto& tls = facts.tls;
  if (!tls.certificate_trusted) {
    const auto word = tls.chain_incomplete ? Word::a4_chain_incomplete : Word::a4_untrusted;
    out.add(grade(facts), {word, {tls.certificate_problem}}, valid_certificate);
  }
  judge_name(audit, facts, out);
  const bool rsa = tls.key_type == "RSA" && tls.key_bits < shortest_rsa_key;
  const bool curve = tls.key_type == "EC" && tls.key_bits < shortest_ec_key;
  if (rsa || curve) {
    out.add(grade(facts),
            {Word::a4_short_key, {tls.key_type, std::to_string(tls.key_bits)}},
            valid_certificate);
  }
  if (tls.certificate_trusted && tls.seconds_left < soon_seconds) {
    out.add(Status::warn, {Word::a4_ends_soon, {tls.not_after}}, valid_certificate);
  }
}

finding::Finding without_tls(const Audit& audit, const PortFacts& facts) {
  const auto port = std::to_string(facts.port);
  const bool offered = facts.implicit_tls || facts.clear.starttls();
  auto out = make_finding(
      "A4",
      grade(facts),
      {offered ? Word::a4_no_handshake : Word::a4_no_starttls, {port, facts.tls_trouble}},
      audit,
      facts.port);
  out.confidence = offered ? Confidence::likely : Confidence::proven;
  out.remedy = finding::RemedyId::valid_certificate;
  if (!offered) {
    out.remedy = finding::RemedyId::require_starttls;
  }
  return out;
}

/// The way to the handshake broke off: whether there is TLS was not seen.
finding::Finding tls_not_reached(const Audit& audit, const PortFacts& facts) {
  const auto port = std::to_string(facts.port);
  const auto why = facts.tls_trouble.empty()
                       ? Phrase{Word::a2_untested, {port}}
                       : Phrase{Word::starttls_lost, {port, facts.tls_trouble}};
  return make_finding("A4", Status::not_tested, why, audit, facts.port);
}

Phrase pass_phrase(const Audit& audit, const PortFacts& facts) {
  return {Word::a4_good,
          {std::string(tls_version_name(facts.tls.version)),
           audit.subject().tls_name,
           facts.tls.not_after}};
}

/// An alert, or the end of the connection at the ClientHello, is the server's no. Silence, clear
/// text and an OpenSSL here that cannot offer such versions say nothing.
bool says_about_versions(const Error& error) {
  const bool ours = error.detail.find("no protocols available") != std::string::npos;
  return !ours && error.code != Errc::timeout && error.code != Errc::malformed;
}

/// A server that ends the connection at an old ClientHello without an alert refuses it only if it
/// does not end others so too, one after the other.
bool still_shakes_hands(Audit& audit, PortFacts& facts) {
  std::unique_ptr<Conversation> conversation;
  return prepare(audit, facts, conversation).empty() &&
         conversation->smtp().handshake(audit.tls_options()).has_value();
}

/// What the ordinary handshake showed, as evidence.
finding::Line certificate_line(const PortFacts& facts) {
  const auto& tls = facts.tls;
  const auto verdict = tls.certificate_trusted ? std::string("trusted") : tls.certificate_problem;
  return {facts.tls_at,
          finding::Direction::event,
          fmt::format("{}, {}; certificate {} ({}), {} {} bits, until {}: {}",
                      tls_version_name(tls.version),
                      tls.cipher,
                      tls.certificate_subject,
                      names_of(tls),
                      tls.key_type,
                      tls.key_bits,
                      tls.not_after,
                      verdict)};
}

}  // namespace

void probe_old_tls(Audit& audit, PortFacts& facts) {
  audit.say({Word::step_old_tls, {std::to_string(facts.port)}});
  auto& old = facts.old_tls;
  auto options = audit.tls_options();
  options.highest = net::TlsVersion::tls1_1;
  std::unique_ptr<Conversation> conversation;
  Result<net::TlsFacts> tls = fail(Errc::internal, "");
  std::size_t mark = 0;
  for (int i = 1;; ++i) {
    const auto trouble = prepare(audit, facts, conversation);
    if (!trouble.empty()) {
      old.state = OldTls::unclear;
      old.words = trouble;
      return;
    }
    auto& session = conversation->smtp();
    mark = session.mark();
    session.note("ClientHello: TLS 1.1 at most");
    tls = session.handshake(options);
    if (tls || !is_crowded(session.early_bytes()) || i == crowded_tries) {
      break;
    }
    conversation.reset();
    audit.wait_for_room();
  }
  old.evidence = conversation->evidence(mark);
  if (tls) {
    old.state = OldTls::accepted;
    old.version = tls_version_name(tls->version);
    return;
  }
  conversation.reset();
  const bool said_why = tls.error().code == Errc::tls;
  const bool refused =
      says_about_versions(tls.error()) && (said_why || still_shakes_hands(audit, facts));
  old.state = refused ? OldTls::refused : OldTls::unclear;
  old.words = refused ? "" : tls.error().detail;
}

void conclude_tls(Audit& audit, const PortFacts& facts) {
  if (!facts.tls_seen) {
    audit.add(facts.no_tls ? without_tls(audit, facts) : tls_not_reached(audit, facts));
    return;
  }
  TlsJudgement judgement;
  judge_versions(facts, judgement);
  judge_certificate(audit, facts, judgement);
  auto status = judgement.worst;
  auto& phrases = judgement.problems;
  const bool name_unknown = audit.subject().tls_name.empty() && !facts.tls.name_matches;
  const bool old_unclear =
      facts.old_tls.state == OldTls::unclear || facts.old_tls.state == OldTls::untested;
  if (status != Status::fail && (old_unclear || name_unknown)) {  // a warning is no answer to these
    status = Status::not_tested;
    phrases.insert(phrases.begin(),
                   old_unclear ? Phrase{Word::a4_old_unclear, {facts.old_tls.words}}
                               : Phrase{Word::a4_name_unknown, {names_of(facts.tls)}});
  }
  if (phrases.empty()) {
    phrases.push_back(pass_phrase(audit, facts));
  }
  auto out = make_finding("A4", status, phrases.front(), audit, facts.port, true);
  out.remedy = status == Status::not_tested ? std::nullopt : judgement.remedy;
  out.also.assign(phrases.begin() + 1, phrases.end());
  out.evidence = {certificate_line(facts)};
  out.evidence.insert(
      out.evidence.end(), facts.old_tls.evidence.begin(), facts.old_tls.evidence.end());
  audit.add(std::move(out));
}

}  // namespace spranga::check
