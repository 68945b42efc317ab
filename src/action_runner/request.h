// What the action runner is told and what it answers.
//
// Its plan (jails with their actions, from the configuration) is made by the warden alone, in
// sealed memory: the guard may hand it on, but cannot make one, since memory belongs to the user
// who made it. The guard, which reads hostile bytes, can only name an action of the plan, a verb
// and values; each value is checked before it is used, and none ever becomes part of a command's
// text unless it is made of harmless characters.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ban/action_spec.h"
#include "base/result.h"

namespace spranga::action_runner {

struct JailPlan {
  std::string name;
  std::chrono::seconds bantime{600};
  std::string ignorecommand;
  std::vector<ban::ActionSpec> actions;  // shell actions only: scripts are not run
};

/// The owner's mail by this system's mailer: who may write to whom. Nobody: none is sent.
struct MailPlan {
  std::string program{"/usr/sbin/sendmail"};
  std::vector<std::string> senders;
  std::vector<std::string> recipients;
};

struct RunnerPlan {
  bool ipv6{true};  // this host has it, or allowipv6 says so
  std::vector<JailPlan> jails;
  MailPlan mail;
};

enum class Verb : std::uint8_t {
  start,    // actionstart, unless on demand
  stop,     // actionstop
  ban,      // actionban
  reban,    // actionreban, else actionban
  prolong,  // actionprolong
  unban,    // actionunban
  flush,    // actionflush
  check,    // actioncheck of all that is started, with repair
  resume,   // nothing is run: `families` says what was started before this process was
  ignore,   // ignorecommand of the jail; no action
  plan,     // another plan, in sealed memory beside the request that root made: WardenWord::plan
  verbose,  // the guard's log takes debug lines (value "on": "1") or not; neither jail nor action
  mail,     // the owner's, by sendmail: tags "from", "to" (one a line), "message"; no jail
};

/// The tags of a ticket, as text: "ip", "fid", "failures", "time", "bantime", "bancount",
/// "matches", "restored" ("0", "1"), "ip-host", "ipmatches", "ipjailmatches", "ipfailures",
/// "ipjailfailures", "raw-ticket", "jail.name", "jail.banned", "jail.banned_total", "jail.found",
/// "jail.found_total". What follows from the address (family, ip-rev) is not told. What an action
/// does not use may be left out (guard/actions: moment_tags).
using Tags = std::map<std::string, std::string, std::less<>>;

/// A family and what fail2ban notes of it: 1 = started, 2 = holds bans.
using Started = std::vector<std::pair<std::string, std::uint8_t>>;

struct Request {
  std::uint64_t order{0};
  Verb verb{Verb::ban};
  std::string jail;
  std::string action;  // its name within the jail
  Tags tags;
  Tags fields;           // F-*: the names in lower case, "user", "fid"
  bool stopping{false};  // flush: the jail ends, nothing is repaired
  Started families;      // resume
};

enum class Level : std::uint8_t {
  heavydebug = 5,
  debug = 10,
  info = 20,
  notice = 25,
  error = 40,
  critical = 50
};  // Python's numbers, and fail2ban's own

/// A line for the log, in fail2ban's words. May hold line ends of a command of the configuration;
/// foreign bytes in it are escaped.
struct LogLine {
  Level level{Level::error};
  std::string logger;  // "utils", "actions": without "fail2ban."
  std::string text;

  [[nodiscard]] bool operator==(const LogLine&) const = default;
};

enum class Outcome : std::uint8_t {
  done,
  failed,      // the log lines say how
  skipped,     // nothing to do: norestored, no actionprolong
  unban_each,  // flush: the action has no actionflush, its bans are to be lifted one by one
  ignored,     // ignorecommand says: ignore
  refused,     // no such jail or action, a value that is not as it must be, too much waiting
};

struct Reply {
  std::uint64_t order{0};
  Outcome outcome{Outcome::done};
  int exit_code{0};  // of the last command; below 0: the signal that ended it
  /// The environment was found broken and made anew: what was banned in this action before is to
  /// be banned again.
  bool rebuilt{false};
  std::string why;  // refused
  Started started;  // as it is now, to be kept for `resume`
};

/// What comes back for one order: any number of lines, then the reply.
struct Answer {
  std::uint64_t order{0};
  std::vector<LogLine> lines;
  std::optional<Reply> reply;  // with the last lines
};

/// What the warden says, where it has a channel of its own.
enum class WardenWord : std::uint8_t {
  plan,   // another plan, in the sealed memory that comes with the message
  guard,  // another guard, at the end of a channel that comes with it
  quit,   // finish what waits, and end
};

[[nodiscard]] std::string pack(const RunnerPlan& plan);
[[nodiscard]] std::string pack(const Request& request);
/// What a message can carry and the runner takes: the longest values are cut, between characters,
/// until it fits.
[[nodiscard]] std::string pack_cut(Request request);
[[nodiscard]] std::string pack(const Answer& answer);
[[nodiscard]] std::string pack(WardenWord word);
[[nodiscard]] Result<RunnerPlan> read_runner_plan(std::string_view bytes);
[[nodiscard]] Result<Request> read_request(std::string_view bytes);
[[nodiscard]] Result<Answer> read_answer(std::string_view bytes);
[[nodiscard]] Result<WardenWord> read_warden_word(std::string_view bytes);

}  // namespace spranga::action_runner
