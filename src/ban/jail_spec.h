// JailSpec: one jail as the configuration leaves it, everything interpolated, nothing compiled yet.
// What fail2ban's manual calls an option has its name here.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ban/action_spec.h"

namespace spranga::ban {

/// Which fail2ban is imitated where its versions differ.
enum class Compat { v1_0, v1_1 };

/// Where in the configuration something was written.
struct Origin {
  std::string file;  // "" = built in, or given on the command line
  int line{0};       // 1-based; 0 = not known

  [[nodiscard]] bool operator==(const Origin&) const = default;
};

/// A regular expression in fail2ban's dialect: Python's `re` with tags such as <HOST>, which the
/// matcher expands; <tag>s of the filter's own are gone already.
struct Expression {
  std::string pattern;
  Origin origin;
};

struct FilterSpec {
  std::string name;  // file name in filter.d without ".conf"
  std::optional<Expression> prefregex;
  std::vector<Expression> failregex;
  std::vector<Expression> ignoreregex;
  /// spranga's own: failures that count only beside better evidence, never alone.
  std::vector<Expression> weakregex;
  int maxlines{1};
  bool maxlines_given{false};              // the filter names it, were it 1
  std::optional<std::string> datepattern;  // several patterns on lines of their own
  std::vector<std::string> journalmatch;   // each a set of terms joined with " + "
};

enum class UseDns { yes, warn, no, raw };

enum class Counting {
  fail2ban,  // its rate estimate
  window,    // a true sliding window
};

struct BanTimeIncrement {
  bool enabled{false};
  std::optional<std::string> factor;       // an expression
  std::optional<std::string> formula;      // an expression over ban.Time, ban.Count, banFactor
  std::optional<std::string> multipliers;  // numbers between blanks
  std::optional<std::chrono::seconds> maxtime;
  std::optional<std::chrono::seconds> rndtime;
  bool overalljails{false};
};

struct LogPath {
  std::string glob;
  bool tail{false};  // begin at the end of the file
};

struct JailSpec {
  std::string name;
  bool enabled{false};
  Origin origin;  // of the section's head
  /// Where the text of each option was written: {"bantime.factor", "datepattern", …}.
  std::map<std::string, Origin, std::less<>> origins;
  FilterSpec filter;
  std::string backend{"auto"};
  std::vector<LogPath> logpath;
  bool skip_if_nologs{false};    // no log file: the jail is left out, and that is no error
  bool systemd_if_nologs{true};  // backend auto: the journal is read where no log file exists
  std::string logencoding{"auto"};
  std::optional<std::string> logtimezone;
  int maxretry{3};
  int maxmatches{5};
  std::chrono::seconds findtime{600};
  std::chrono::seconds bantime{600};  // -1: for good; any other negative one: over at once
  BanTimeIncrement increment;
  bool ignoreself{true};
  std::vector<std::string> ignoreip;  // addresses, networks, names, file:PATH
  std::string ignorecommand;
  std::string ignorecache;
  UseDns usedns{UseDns::warn};
  std::vector<ActionSpec> actions;

  // spranga's own
  Counting counting{Counting::fail2ban};
  int ipv4_prefix{32};  // sightings are counted and banned by networks of this length
  int ipv6_prefix{128};
};

}  // namespace spranga::ban
