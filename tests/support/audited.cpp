#include "tests/support/audited.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "net/dialer.h"
#include "smtp/sasl.h"

namespace spranga::test {

namespace {

using finding::Confidence;
using finding::Status;

std::string status_name(const finding::Finding& finding) {
  constexpr std::array names = {"pass", "fail", "warn", "info", "not_tested"};
  constexpr std::array confidences = {"", " likely", " indirect"};
  return std::string(names.at(static_cast<std::size_t>(finding.status))) +
         confidences.at(static_cast<std::size_t>(finding.confidence));
}

void append(std::string& out, const words::Phrase& phrase) {
  for (const auto& value : phrase.values) {
    out += value + "\n";
  }
}

check::CheckSettings settings_for(const Wishes& wishes) {
  check::CheckSettings out;
  out.timeout = std::chrono::seconds(3);  // a busy machine is no bad server
  out.total_timeout = std::chrono::seconds(30);
  out.loopback_is_outside = true;
  out.tls_name = "mail.example.org";
  out.domain = "example.org";
  out.ca_file = ca_file();
  if (wishes.with_login) {
    out.credentials.emplace();
    out.credentials->user = user;
    out.credentials->password = check::Secret(std::string(password));
  }
  if (wishes.settings) {
    wishes.settings(out);
  }
  return out;
}

}  // namespace

const finding::Finding* Audited::find(std::string_view id, int port) const {
  const finding::Finding* out = nullptr;
  for (const auto& finding : report.findings) {
    if (finding.id == id && finding.where.port.value_or(0) == port) {
      EXPECT_EQ(out, nullptr) << "two findings " << id << " at port " << port;
      out = &finding;
    }
  }
  return out;
}

std::string Audited::status(std::string_view id, int port) const {
  const auto* found = find(id, port);
  return found == nullptr ? "-" : status_name(*found);
}

int Audited::heard_count(std::string_view start) const {
  return static_cast<int>(
      std::ranges::count_if(heard, [&](const auto& h) { return h.line.starts_with(start); }));
}

std::string Audited::failures() const {
  std::string out;
  for (const auto& finding : report.findings) {
    if (finding.status == Status::fail) {
      out += (out.empty() ? "" : " ") + std::string(finding.id) + "@" +
             std::to_string(finding.where.port.value_or(0));
    }
  }
  return out;
}

std::string Audited::everything() const {
  std::string out;
  for (const auto& finding : report.findings) {
    append(out, finding.summary);
    std::ranges::for_each(finding.also, [&](const auto& phrase) { append(out, phrase); });
    std::ranges::for_each(finding.evidence, [&](const auto& line) { out += line.text + "\n"; });
  }
  for (const auto& dialogue : report.dialogues) {
    std::ranges::for_each(dialogue.lines, [&](const auto& line) { out += line.text + "\n"; });
  }
  append(out, report.trouble);
  std::ranges::for_each(report.remarks, [&](const auto& phrase) { append(out, phrase); });
  return out;
}

Audited audit(const Script& script, const Wishes& wishes) {
  ScriptedServer server(script);
  const SystemClock clock;
  ScriptedResolver resolver;
  if (wishes.resolver) {
    wishes.resolver(resolver);
  }
  const auto tcp = net::make_dialer();
  const auto redirected = net::make_redirecting_dialer(*tcp, server.ports());
  WatchedDialer watched(*redirected, wishes.guard);
  const check::World world{clock, resolver, watched};
  const auto settings = settings_for(wishes);
  Audited out;
  out.report = check::run_check("127.0.0.1", settings, world, {});
  out.heard = server.heard();
  out.received = server.received();
  out.message_bytes = server.message_bytes();
  out.connections = watched.connections();
  out.most_at_once = watched.most_at_once();
  return out;
}

void in_parallel(int count, const std::function<void(int)>& each) {
  constexpr int at_once = 4;
  std::atomic<int> next{0};
  std::vector<std::jthread> threads;
  threads.reserve(at_once);
  for (int i = 0; i < at_once; ++i) {
    threads.emplace_back([&] {
      for (int which = next++; which < count; which = next++) {
        each(which);
      }
    });
  }
}

void expect_sound(const Audited& run) {
  EXPECT_LE(run.most_at_once, 2);
  EXPECT_LE(run.connections, 25);
  EXPECT_NE(run.report.verdict, finding::Verdict::is_protected);
  const auto text = run.everything();
  for (const auto& secret :
       {std::string(password), smtp::base64(password), smtp::plain_response(user, password)}) {
    EXPECT_EQ(text.find(secret), std::string::npos) << "a secret in the report";
  }
  for (const auto& heard : run.heard) {
    const bool secret = heard.line.find(smtp::base64(password)) != std::string::npos ||
                        heard.line.find(smtp::plain_response(user, password)) != std::string::npos;
    EXPECT_FALSE(secret && !heard.tls) << "a secret in clear";
  }
  const auto bad_id = std::ranges::find_if(
      run.report.findings, [](const auto& f) { return finding::find_check(f.id) == nullptr; });
  EXPECT_EQ(bad_id, run.report.findings.end());
}

}  // namespace spranga::test
