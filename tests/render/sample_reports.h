// Reports for the renderers' tests: one of each verdict, with every kind of value filled.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "finding/finding.h"

namespace spranga::test {

using namespace std::chrono_literals;  // NOLINT: test data
using finding::Confidence;
using finding::Direction;
using finding::Finding;
using finding::RemedyId;
using finding::Report;
using finding::RuleState;
using finding::Status;
using finding::Where;
using words::Phrase;
using words::Word;

/// The tests must not depend on the probes' words: any word with one placeholder will do.
inline Phrase said(std::string text) {
  return {Word::report_nonce, {std::move(text)}};
}

inline Where at(int port, bool tls = false) {
  return {"192.0.2.25", port, tls};
}

inline Finding found(std::string_view id, Status status, Where where, std::string text) {
  Finding finding;
  finding.id = id;
  finding.status = status;
  finding.where = std::move(where);
  finding.summary = said(std::move(text));
  return finding;
}

inline Report weak_postfix() {
  Report report;
  report.target = "mail.example.org";
  report.verdict = finding::Verdict::needs_upgrade;
  report.connected = true;
  report.rules[0].state = RuleState::no;
  report.rules[1].state = RuleState::unknown;
  report.rules[1].in_favour = {said("the relay form was refused")};
  report.rules[1].open = {said("S2 needs a login")};
  report.rules[1].settle_command = "spranga check mail.example.org --user alice@example.org";
  report.rules[2].state = RuleState::unknown;
  report.findings = {found("A1", Status::pass, at(587, true), "AUTH over TLS"),
                     found("A1", Status::pass, at(465, true), "AUTH over TLS"),
                     found("A2", Status::fail, at(25), "AUTH PLAIN was answered 334"),
                     found("A3", Status::warn, at(587), "MAIL was taken in clear"),
                     found("S2", Status::not_tested, {}, "no --user"),
                     found("S6", Status::info, {}, "no DNS")};
  report.findings[2].evidence = {{12'345us, Direction::sent, "AUTH PLAIN"},
                                 {13'001us, Direction::received, "334 \x1b[2J\xff"},
                                 {13'100us, Direction::event, "cancelled"}};
  report.findings[2].remedy = RemedyId::auth_only_over_tls;
  report.findings[3].remedy = RemedyId::require_starttls;
  report.findings[3].confidence = Confidence::likely;
  report.changes = {RemedyId::auth_only_over_tls};
  report.noise.probes = {{"S1", 1}, {"S7", 0}};
  report.hosts = {{.name = "mail.example.org",
                   .address = "192.0.2.25",
                   .role = said("MX"),
                   .product = finding::Product::postfix,
                   .open_ports = {25, 465, 587}}};
  report.remarks = {said("a remark")};
  report.nonce = "q7x2";
  report.source = "198.51.100.7";
  report.dialogues = {{"A1 A2", at(25), {{1ms, Direction::received, "220 mail.example.org"}}}};
  report.connections = 13;
  report.elapsed = 1'234ms;
  return report;
}

inline Report faultless() {
  auto report = weak_postfix();
  report.target = "clean.example.org";
  report.verdict = finding::Verdict::not_proven;
  report.rules[0].state = RuleState::ok;
  report.changes.clear();
  std::erase_if(report.findings,
                [](const Finding& finding) { return finding.status == Status::fail; });
  return report;
}

inline Report protected_server() {
  auto report = faultless();
  report.target = "good.example.org";
  report.verdict = finding::Verdict::is_protected;
  report.rules = {};
  report.rules[0].state = RuleState::ok;
  report.rules[1].state = RuleState::ok;
  report.rules[2].asked = false;
  return report;
}

inline Report unreachable() {
  Report report;
  report.target = "down.example.org";
  report.trouble = said("nothing listens");
  return report;
}

/// A ban test with `guesses` wrong passwords, a connection every five seconds.
inline finding::Ban ban_course(int guesses) {
  finding::Ban ban;
  for (int i = 0; i < guesses; ++i) {
    ban.guesses.push_back(
        {i * 5'000ms + i * 37ms, 120ms + i * 15ms, "535 5.7.8 authentication failed"});
  }
  return ban;
}

/// Blocked after 5; the looks saw it shut and, after ten minutes, open again.
inline finding::Ban ban_returned() {
  auto ban = ban_course(5);
  ban.attempts = 5;
  ban.kind = "refused";
  ban.ports = {25, 465, 587};
  ban.at_least_s = 598;
  ban.at_most_s = 605;
  for (const auto after : {10s, 60s, 180s, 598s}) {
    ban.looks.push_back({after, 587, false});
  }
  ban.looks.push_back({605s, 587, true});
  return ban;
}

/// Blocked, and still shut at the last look.
inline finding::Ban ban_pending() {
  auto ban = ban_returned();
  ban.kind = "dropped";
  ban.looks.pop_back();
  ban.at_most_s.reset();
  ban.guesses.push_back({25'400ms, 0ms, ""});  // the one that met the shut door
  return ban;
}

/// Eleven guesses and no block.
inline finding::Ban ban_never() {
  return ban_course(11);
}

inline Report with_ban(finding::Ban ban) {
  auto report = protected_server();
  report.rules[2].asked = true;
  report.rules[2].state = ban.attempts ? RuleState::ok : RuleState::no;
  report.ban = std::move(ban);
  return report;
}

}  // namespace spranga::test
