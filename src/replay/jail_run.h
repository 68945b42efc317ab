// JailRun: one jail at work on old logs: its filter, its judge, its share of the report.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "ban/jail_spec.h"
#include "ban/verdict.h"
#include "guard/judge/judge.h"
#include "guard/logs/journal_match.h"
#include "guard/match/matcher.h"

namespace spranga::replay {

struct JailRun {
  /// Errors name the expression or option by file:line.
  [[nodiscard]] static Result<JailRun> make(const ban::JailSpec& spec,
                                            guard::MatchOptions match,
                                            guard::JudgePorts ports,
                                            ban::Instant today);

  std::unique_ptr<guard::Matcher> matcher;
  std::unique_ptr<guard::Judge> judge;
  guard::JournalMatch journalmatch;
  /// Reads fail2ban's own log, and no FILE is that: it is told of our bans instead.
  bool fed_by_bans{false};
  std::uint64_t journal_entries{0};  // offered
  std::uint64_t journal_wanted{0};   // that journalmatch let in

  [[nodiscard]] const ban::JailSpec& spec() const { return matcher->jail(); }
};

/// Jails that did not come about; the others go on.
struct BadJail {
  std::string name;
  std::string why;  // with file:line
};

}  // namespace spranga::replay
