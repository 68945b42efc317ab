// Servers that break off anywhere, answer everything alike, never end, or send bombs.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <mutex>

#include "tests/support/audited.h"

namespace spranga::check {
namespace {

using finding::RuleState;
using finding::Status;
using test::Answer;
using test::audit;
using test::Dialogue;
using test::hang_up;
using test::raw;
using test::say;
using test::Script;
using namespace std::string_literals;

const test::Wishes login{.with_login = true};

/// A decent server that closes each connection after its k-th reply has no fault, and cannot be
/// cleared before every dialogue was whole.
TEST(AServerThatCloses, AtEachStepInTurnIsNeverJudgedFalsely) {
  constexpr int longest_dialogue = 32;
  test::in_parallel(longest_dialogue, [](int step) {
    const int k = step + 1;
    Script script;
    script.closes_after = k;
    const auto run = audit(script, login);
    test::expect_sound(run);
    EXPECT_EQ(run.failures(), "") << "closed after reply " << k << "\n" << run.everything();
    if (k < 8) {
      EXPECT_NE(run.rule(1), RuleState::ok) << "closed after reply " << k;
      EXPECT_NE(run.rule(2), RuleState::ok) << "closed after reply " << k;
    }
  });
}

constexpr std::array commands = {"QUIT",
                                 "VRFY",
                                 "HELO",
                                 "DATA",
                                 "(connect)",
                                 "EHLO",
                                 "AUTH",
                                 "MAIL",
                                 "STARTTLS",
                                 "RCPT",
                                 "RSET",
                                 "NOOP"};
constexpr int harmless_ones = 4;  // of those: the others are needed for a verdict

TEST(AServerThatClosesAtOneCommand, IsNeverJudgedFalsely) {
  test::in_parallel(2 * static_cast<int>(commands.size()), [](int which) {
    const std::string command = commands.at(static_cast<std::size_t>(which / 2));
    Script script;
    script.on(command, [which](const Dialogue&) {
      return hang_up(which % 2 == 0 ? "421 4.3.0 closing" : "");
    });
    const auto run = audit(script, login);
    test::expect_sound(run);
    EXPECT_EQ(run.failures(), "") << command;
    const bool harmless = which / 2 < harmless_ones;
    EXPECT_TRUE(harmless || run.rule(1) != RuleState::ok || run.rule(2) != RuleState::ok)
        << command;
  });
}

TEST(AServerThatGoesSilent, AtOneCommandIsNeverJudgedFalsely) {
  const test::Wishes soon{.with_login = true, .settings = [](CheckSettings& s) {
                            s.timeout = std::chrono::milliseconds(60);
                            s.total_timeout = std::chrono::seconds(2);
                          }};
  test::in_parallel(static_cast<int>(commands.size()), [&](int which) {
    const std::string command = commands.at(static_cast<std::size_t>(which));
    Script script;
    script.on(command, [](const Dialogue&) { return raw(""); });
    const auto run = audit(script, soon);
    test::expect_sound(run);
    EXPECT_EQ(run.failures(), "") << command;
  });
}

TEST(AServerThatSaysTheSameToEverything, IsNeverCleared) {
  for (const auto* reply : {"250 Ok",
                            "235 2.7.0 Authentication successful",
                            "354 go on",
                            "220 hello",
                            "550 no",
                            "554 5.7.1 Relay access denied",
                            "535 5.7.8 authentication failed",
                            "421 bye",
                            "334 "}) {
    Script script;
    script.on("EHLO", [](const Dialogue&) { return std::nullopt; });
    script.on("STARTTLS", [](const Dialogue&) { return std::nullopt; });
    script.on("", reply);
    auto everything = script;
    everything.overrides.erase(everything.overrides.begin(), everything.overrides.begin() + 2);
    for (const auto& each : {script, everything}) {
      const auto run = audit(each, login);
      test::expect_sound(run);
      EXPECT_EQ(run.message_bytes, 0U);
      EXPECT_NE(run.rule(2), RuleState::ok) << reply;
    }
  }
}

TEST(AServerThatTakesEveryLogin, FailsA2) {
  Script script;
  script.on("AUTH", "235 2.7.0 Authentication successful");
  const auto run = audit(script);
  EXPECT_EQ(run.status("A2", 587).substr(0, 4), "fail");
  EXPECT_EQ(run.rule(1), RuleState::no);
}

TEST(AServerWhoseRepliesAreOneBehind, IsNeverJudgedFalsely) {
  // Each command is answered with the reply to the one before.
  Script script{.ports = {25}};
  std::mutex mutex;
  std::map<int, std::string> held;
  script.on("", [&](const Dialogue& d) {
    const std::lock_guard lock(mutex);
    const auto verb = d.line.substr(0, 4);
    const std::string own = verb == "EHLO" ? "250 mail.example.org"
                            : d.line.find("example.net") != std::string::npos
                                ? "554 5.7.1 Relay access denied"
                            : verb == "DATA" ? "503 5.5.1 need RCPT"
                                             : "250 2.0.0 Ok";
    auto& last = held[d.connection];
    const auto out = last.empty() ? "250 mail.example.org" : last;
    last = own;
    return say(out);
  });
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.failures(), "");
}

TEST(AnEndlessReply, EndsTheConnectionAndNothingElse) {
  for (const auto* command : {"EHLO", "MAIL", "AUTH", "(connect)"}) {
    Script script;
    std::string endless;
    for (int i = 0; i < 20'000; ++i) {
      endless += "250-still going\r\n";
    }
    script.on(command, [endless](const Dialogue&) { return raw(endless); });
    const auto run = audit(script);
    test::expect_sound(run);
    EXPECT_EQ(run.failures(), "") << command;
  }
}

TEST(ManyKeywords, TakeLittleTimeAndMemory) {
  std::string mechanisms = "250-mail.example.org\r\n";
  for (int line = 0; line < 15; ++line) {
    mechanisms += "250-AUTH";
    for (int i = 0; i < 330; ++i) {
      mechanisms += " SCRAM-" + std::to_string(line * 1000 + i);
    }
    mechanisms += "\r\n";
  }
  Script script;
  script.on("EHLO", [&](const Dialogue&) { return raw(mechanisms + "250 STARTTLS\r\n"); });
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_LT(run.report.elapsed.count(), 3000);
  EXPECT_LT(run.everything().size(), 8'000'000U);
}

TEST(LongRepliesToEverything, DoNotFillTheReport) {
  std::string lines;
  for (int i = 0; i < 60; ++i) {
    lines += "250-" + std::string(1000, 'x') + "\r\n";
  }
  Script script;
  script.on("(connect)", [](const Dialogue&) { return std::nullopt; });
  script.on("", [&](const Dialogue& d) -> std::optional<Answer> {
    if (d.line.starts_with("STARTTLS")) {
      return std::nullopt;
    }
    return raw(lines + "250 STARTTLS\r\n");
  });
  const auto run = audit(script, login);
  test::expect_sound(run);
  EXPECT_LT(run.everything().size(), 24'000'000U);
}

TEST(BytesThatNoTerminalShouldSee, DoNotBreakAnything) {
  Script script{.ports = {25}};
  script.on("RCPT", [](const Dialogue& d) {
    return d.port == 25 ? std::optional(
                              raw("554 5.7.1 Relay\0 access \x1b[31m denied \xff\xe2\x80\xae\r\n"s))
                        : std::nullopt;
  });
  test::expect_sound(audit(script));
}

TEST(GarbageInTheHandshake, OnAllPortsIsNoPass) {
  Script script{.implicit_tls = {}};
  script.on("(connect)", [](const Dialogue& d) {
    return d.port == 465 ? std::optional(raw("\x16\x03\x03\x00\x05garbage"s)) : std::nullopt;
  });
  const auto run = audit(
      script, {.settings = [](CheckSettings& s) { s.timeout = std::chrono::milliseconds(60); }});
  test::expect_sound(run);
  EXPECT_NE(run.rule(1), RuleState::ok);
}

TEST(Connections, AreAtMostTwoAtOnceAndTwentyFiveInAll) {
  // A server on which every probe has to be repeated.
  Script script;
  script.on("EHLO", [](const Dialogue& d) {
    return d.tls ? std::nullopt
                 : std::optional(raw("250-mail.example.org\r\n250-STARTTLS\r\n250 AUTH SCRAM-1 "
                                     "SCRAM-2 SCRAM-3 SCRAM-4 SCRAM-5 SCRAM-6\r\n"));
  });
  script.on("AUTH", [](const Dialogue& d) {
    return d.tls ? std::nullopt : std::optional(hang_up("501 5.5.4 Syntax"));
  });
  script.on("STARTTLS", [](const Dialogue& d) {
    return d.connection % 2 == 1 ? std::optional(hang_up("554 5.5.1 pipelining")) : std::nullopt;
  });
  script.on("RSET", [](const Dialogue&) { return hang_up("421 bye"); });
  const auto run = audit(
      script, {.with_login = true, .settings = [](CheckSettings& s) { s.relay_forms = true; }});
  test::expect_sound(run);
  EXPECT_NE(run.rule(1), RuleState::ok);
}

TEST(AWholeRun, NeverTakesLongerThanItMay) {
  Script script;
  script.on("", [](const Dialogue&) { return raw("250-"); });
  const auto run = audit(script, {.settings = [](CheckSettings& s) {
                           s.total_timeout = std::chrono::milliseconds(200);
                         }});
  test::expect_sound(run);
  EXPECT_LT(run.report.elapsed.count(), 1200);
  EXPECT_NE(run.rule(1), RuleState::ok);
}

}  // namespace
}  // namespace spranga::check
