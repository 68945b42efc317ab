// What goes into the ledger, and what comes out of it: values only.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ban/instant.h"
#include "ban/verdict.h"
#include "base/result.h"

namespace spranga::ledger {

/// A failure that was counted: what `Found` logs. In a flood several of one id in one row.
struct Seen {
  std::string jail;
  std::string id;   // as the filter caught it
  ban::Instant at;  // the line's time as it was counted
  int attempts{1};
  bool weak{false};
  std::string rule;  // FILE:LINE of the expression
  std::string line;  // the log line, cut to longest_line bytes; "" where none is kept
  int times{1};      // so many failures; `attempts` is their sum, `line` that of the first
  /// May be added to a row of the same ten seconds: a flood's, of somebody who is banned.
  bool joins{false};

  static constexpr std::size_t longest_line = 1024;
};

/// What a log caught is cut to this many bytes where it serves as a name (id, target).
inline constexpr std::size_t longest_id = 1024;

/// A ban began, or goes on longer than was said before (same jail and target, `prolonged`).
struct BanMade {
  ban::Ban ban;
  bool prolonged{false};
  std::string by;  // "filter", "manual", "restored"; "fail2ban": taken over from its database
  std::vector<std::string> matches;  // the last ones, as many as dbmaxmatches says; hostile bytes
  std::map<std::string, std::string> fields{};  // what the filter caught: "user"; hostile bytes

  static constexpr std::size_t longest_match = 4096;
  static constexpr std::size_t longest_field = 1024;
  static constexpr std::size_t most_fields = 60;
};

/// A ban is over before its time: unbanned by a person. What was known of this target in this jail
/// no longer counts for bantime.increment, as in fail2ban.
struct BanEnded {
  std::string jail;
  std::string target;
  ban::Instant at;
};

/// How far a log has been read.
struct Position {
  std::string jail;  // fail2ban's database keeps it by jail
  std::string path;  // of a file; "" with `cursor`
  std::uint64_t device{0};
  std::uint64_t inode{0};
  std::uint64_t offset{0};  // behind the last whole line
  /// Of the first line with its line end, in hex: fail2ban's `firstlinemd5`, which is a SHA-1 on
  /// every Python 3 (measured, 1.0.2). "" while there is no whole line.
  std::string first_line_md5;
  std::string cursor;  // of the journal; taken over from fail2ban it is "", and `at` says where
  ban::Instant at;     // the last entry's time; of a file, when this was noted
};

/// Totals that go on after a crash (fine print: a clean stop starts them anew).
struct Totals {
  std::string jail;
  std::uint64_t failed{0};
  std::uint64_t banned{0};
};

/// The guard stops in an orderly way.
struct CleanStop {
  ban::Instant at;
};

using Record = std::variant<Seen, BanMade, BanEnded, Position, Totals, CleanStop>;

/// What belongs together: the sightings of some lines, what came of them, and how far the log has
/// been read then. It is written as a whole or not at all.
using Records = std::vector<Record>;

/// A jail that runs, and how long its sightings count.
struct KeptJail {
  std::string name;
  std::chrono::seconds findtime{600};
};

/// What a start begins with.
struct Memory {
  std::vector<BanMade> bans;  // that run on at `now`, by their beginning
  std::vector<Seen> seen;     // of the last findtime of each jail, in the order of the ledger
  std::vector<Position> positions;
  std::vector<Totals> totals;  // none after a clean stop
  bool clean_stop{true};
};

struct Health {
  std::string trouble;       // "" = everything is written; else what is wrong, since when
  std::uint64_t queued{0};   // records that wait
  std::uint64_t dropped{0};  // records that were given up because too many waited
};

}  // namespace spranga::ledger
