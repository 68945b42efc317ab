// audited: one run of the checks against a ScriptedServer, and what came of it.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "check/check.h"
#include "tests/support/scripted_resolver.h"
#include "tests/support/scripted_server.h"
#include "tests/support/watched_dialer.h"

namespace spranga::test {

struct Wishes {
  bool with_login{false};
  std::function<void(check::CheckSettings&)> settings{};  // changes what is asked for
  WatchedDialer::Guard guard{};
  std::function<void(ScriptedResolver&)> resolver{};
};

struct Audited {
  finding::Report report;
  std::vector<ScriptedServer::Heard> heard;  // what the server was told
  std::string received;                      // all bytes that the server got
  std::size_t message_bytes{0};
  int connections{0};
  int most_at_once{0};

  /// The finding of that id at that port; nullptr where there is none. More than one is a failure.
  [[nodiscard]] const finding::Finding* find(std::string_view id, int port) const;

  /// "pass", "fail likely", "not_tested", "-" where there is no such finding.
  [[nodiscard]] std::string status(std::string_view id, int port) const;

  /// Lines that the server heard and that start so.
  [[nodiscard]] int heard_count(std::string_view start) const;

  /// The first word of findings that fail: "A2@587 A4@465".
  [[nodiscard]] std::string failures() const;

  /// Everything that could be printed: findings, evidence, dialogues.
  [[nodiscard]] std::string everything() const;

  [[nodiscard]] finding::RuleState rule(int number) const {
    return report.rules.at(static_cast<std::size_t>(number) - 1).state;
  }
};

/// Runs the whole check on 127.0.0.1 as mail.example.org of example.org. A reply is waited for 300
/// ms.
[[nodiscard]] Audited audit(const Script& script, const Wishes& wishes = {});

/// Calls `each` with 0 … count - 1, several at once: runs mostly wait.
void in_parallel(int count, const std::function<void(int)>& each);

/// What holds of every run against every server: findings complete, no secrets, limits kept.
void expect_sound(const Audited& run);

}  // namespace spranga::test
