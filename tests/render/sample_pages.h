// Reports for the page: what can be on one, and the worst that a server can do to it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/render/sample_reports.h"

namespace spranga::test {

inline finding::Dialogue dialogue(std::string purpose,
                                  Where where,
                                  std::chrono::microseconds from) {
  return {std::move(purpose),
          std::move(where),
          {{from, Direction::received, "220 mail.example.org"},
           {from + 5ms, Direction::sent, "STARTTLS"},
           {from + 30ms, Direction::event, "TLS 1.3, TLS_AES_256_GCM_SHA384", true},
           {from + 60ms, Direction::sent, "QUIT", true}}};
}

/// Several connections at several addresses, one without TLS, one that broke off, one without a
/// line.
inline Report with_dialogues() {
  auto report = weak_postfix();
  report.hosts.push_back({.name = "mail.example.org",
                          .address = "2001:db8:1234:5678:9abc:def0:1234:5678",
                          .role = said("MX"),
                          .product = finding::Product::unknown,
                          .open_ports = {}});
  const Where far{report.hosts[1].address, 465, true};
  report.dialogues = {dialogue("A1 A2 A3 A5 A6 S4", at(587, true), 10ms),
                      dialogue("A1 A2 A3 A5 A6 S4", far, 400ms),
                      {"S1", at(25), {{500ms, Direction::received, "220 mail"}}},
                      {"door", at(25), {}},
                      {"A4",
                       at(25),
                       {{600ms, Direction::received, "220 mail"},
                        {700ms, Direction::event, "the server closed the connection"}}}};
  return report;
}

/// Each place that holds bytes of others, filled with bytes that no page should meet.
inline Report hostile() {
  std::string bytes =
      "</code></pre><script>alert(1)</script><img src=x onerror=\"y\"> ]]> --> &lt; ";
  for (int byte = 0; byte < 256; ++byte) {
    bytes += static_cast<char>(byte);
  }
  auto report = with_ban(ban_pending());
  report.target = "x\" onclick=\"" + bytes;
  report.trouble = said(bytes);
  report.rules[0].state = RuleState::unknown;
  report.rules[0].open = {said(bytes)};
  report.rules[0].in_favour = {said(bytes)};
  report.rules[0].settle_command = bytes;
  auto finding = found("A2", Status::fail, {bytes, 25, false}, bytes);
  finding.evidence = {{1ms, Direction::received, bytes, true}, {2ms, Direction::event, bytes}};
  report.findings.push_back(finding);
  report.hosts[0].name = bytes;
  report.hosts[0].address = bytes + bytes;
  report.remarks = {said(bytes)};
  report.nonce = bytes;
  report.source = bytes;
  report.dialogues = {{bytes, {bytes, 25, true}, finding.evidence}};
  report.ban->kind = bytes;
  report.ban->guesses[2].reply = bytes;
  return report;
}

inline Report long_one() {
  auto report = weak_postfix();
  for (int i = 0; i < 300; ++i) {
    auto finding = report.findings[static_cast<std::size_t>(2 + i % 2)];
    finding.where.port = 1000 + i;
    report.findings.push_back(finding);
    report.dialogues.push_back(dialogue("A2", at(1000 + i), std::chrono::milliseconds(i * 10)));
  }
  return report;
}

inline Report without_findings() {
  auto report = protected_server();
  report.findings.clear();
  report.dialogues.clear();
  report.remarks.clear();
  return report;
}

/// A guess that the server answers ever later.
inline Report slowed() {
  auto report = with_ban(ban_never());
  auto at = 0ms;
  for (auto& guess : report.ban->guesses) {
    guess.at = at;
    guess.reply_delay = 300ms + at / 3;
    at += 2s + at / 2;
  }
  return report;
}

/// Blocked, shut for more than three hours; one port opened before the others.
inline Report shut_for_long() {
  auto report = with_ban(ban_pending());
  report.ban->looks.push_back({3h + 60s, 587, false});
  report.ban->looks.push_back({10s, 25, false});
  report.ban->looks.push_back({11min, 25, true});
  report.ban->at_least_s = 10'860;
  report.dialogues = with_dialogues().dialogues;
  report.dialogues.push_back(dialogue("guess", at(587, true), 60s));
  report.dialogues.push_back({"door", at(587), {{300s, Direction::event, "refused"}}});
  return report;
}

/// Every page that is tested, by name.
inline std::map<std::string, std::vector<Report>> sample_pages() {
  return {{"weak", {weak_postfix()}},
          {"faultless", {faultless()}},
          {"protected", {protected_server()}},
          {"down", {unreachable()}},
          {"empty", {without_findings()}},
          {"dialogues", {with_dialogues()}},
          {"hostile", {hostile()}},
          {"long", {long_one()}},
          {"returned", {with_ban(ban_returned())}},
          {"pending", {with_ban(ban_pending())}},
          {"never", {with_ban(ban_never())}},
          {"slowed", {slowed()}},
          {"shut", {shut_for_long()}},
          {"three", {weak_postfix(), unreachable(), with_ban(ban_returned())}}};
}

}  // namespace spranga::test
