// What the verbs need from the guard: the server, a jail of it, an action of a jail. The live guard
// implements these over its core; tests over a script. Plain values in and out, nothing waits.
//
// Values have the types that fail2ban's have, because clients print them: they stand beside each
// setting. A setter gets what its comment says; conversions that can fail in the verb (int(),
// times, booleans) are done before.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guard/control/outcome.h"

namespace spranga::guard::control {

/// Who is at the other end, as the kernel says.
struct Peer {
  pid_t pid{0};
  uid_t uid{0};
  gid_t gid{0};
};

enum class ServerSetting {
  loglevel,      // text, upper case as it was set
  logtarget,     // text
  syslogsocket,  // text
  allowipv6,     // text; never read
  thread,        // dict {"stacksize": integer}
  dbfile,        // text; None = no database
  dbmaxmatches,  // integer; None without a database
  dbpurgeage,    // integer or real, seconds; None without a database
};

enum class JailSetting {
  idle,           // boolean
  ignoreself,     // boolean
  ignoreip,       // list of texts; add and remove one text
  ignorecommand,  // text; False where it was never set
  ignorecache,    // text, as in the configuration; "" = off
  logpath,        // list of texts; add and remove one text (see add_logpath)
  logencoding,    // text
  journalmatch,   // list of lists of texts; add and remove a list of texts
  prefregex,      // text; "" = none
  failregex,      // list of texts; add one text, remove an integer index (Python's, -1 = the last)
  ignoreregex,    // the same
  usedns,         // text: yes, warn, no, raw
  findtime,       // integer or real
  datepattern,    // set: a text, patterns on lines. get: None, or tuple (pattern or None, name)
  logtimezone,    // text; None
  maxmatches,     // integer
  maxretry,       // integer
  maxlines,       // integer, at least 1
  bantime,        // integer, -1 = for ever
};

struct JailStatus {
  std::int64_t currently_failed{0};
  std::int64_t total_failed{0};
  bool of_journal{false};
  std::vector<std::string> sources;  // files; or the journal matches, as one text
  std::int64_t currently_banned{0};
  std::int64_t total_banned{0};
};

struct HeldBan {
  std::string id;
  std::int64_t since{0};    // seconds since 1970
  std::int64_t bantime{0};  // -1 = for ever
};

/// "status JAIL cymru": a row for each ban. fail2ban without a DNS library answers "error" thrice.
struct CymruLists {
  std::vector<std::string> asn{"error"};
  std::vector<std::string> country{"error"};
  std::vector<std::string> rir{"error"};
};

/// An action of a jail.
class ActionControl {
public:
  virtual ~ActionControl() = default;

  /// In alphabetical order, as Python's dir() gives them.
  [[nodiscard]] virtual std::vector<std::string> properties() const = 0;
  [[nodiscard]] virtual std::vector<std::string> methods() const = 0;

  /// Nothing where there is no such property.
  [[nodiscard]] virtual std::optional<Value> get(std::string_view property) const = 0;
  [[nodiscard]] virtual Outcome<void> set(std::string_view property, const Value& value) = 0;

  /// `arguments` is JSON, "" = none.
  [[nodiscard]] virtual Outcome<Value> call(std::string_view method,
                                            std::string_view arguments) = 0;
};

class JailControl {
public:
  virtual ~JailControl() = default;

  [[nodiscard]] virtual JailStatus status() const = 0;

  [[nodiscard]] virtual CymruLists cymru() { return {}; }

  [[nodiscard]] virtual Value get(JailSetting setting) const = 0;
  [[nodiscard]] virtual Outcome<void> set(JailSetting setting, const Value& value) = 0;

  /// Settings that are lists.
  [[nodiscard]] virtual Outcome<void> add(JailSetting setting, const Value& value) = 0;
  [[nodiscard]] virtual Outcome<void> remove(JailSetting setting, const Value& value) = 0;
  [[nodiscard]] virtual Outcome<void> add_logpath(const std::string& path, bool tail) = 0;

  /// bantime.OPTION: increment (boolean), maxtime and rndtime (integer or real), the others as
  /// texts; None unsets. Nothing is None too.
  [[nodiscard]] virtual Value bantime_option(std::string_view option) const = 0;
  [[nodiscard]] virtual Outcome<void> set_bantime_option(std::string_view option,
                                                         const Value& value) = 0;

  /// In the order in which they were made.
  [[nodiscard]] virtual std::vector<HeldBan> bans() const = 0;

  /// The same address in another spelling counts.
  [[nodiscard]] virtual bool is_banned(std::string_view id) const = 0;

  /// How many of them were not banned before.
  [[nodiscard]] virtual Outcome<std::int64_t> ban(const std::vector<std::string>& ids) = 0;

  /// How many bans ended: a network or a name may hold several; 0 = it was not banned.
  [[nodiscard]] virtual std::int64_t unban(const std::string& id) = 0;
  [[nodiscard]] virtual std::int64_t unban_all() = 0;

  /// A failure by a person's word.
  [[nodiscard]] virtual Outcome<void> attempt(const std::string& id,
                                              const std::vector<std::string>& lines) = 0;

  /// Names, in the order of the configuration.
  [[nodiscard]] virtual std::vector<std::string> actions() const = 0;
  [[nodiscard]] virtual ActionControl* action(std::string_view name) = 0;  // nullptr: none
  /// `script` is a Python file, "" = an action of commands; `arguments` its JSON.
  [[nodiscard]] virtual Outcome<void> add_action(const std::string& name,
                                                 const std::string& script,
                                                 const std::string& arguments) = 0;
  [[nodiscard]] virtual Outcome<void> delete_action(const std::string& name) = 0;
};

struct Reload {
  std::string jail;  // "" = all
  bool restart{false};
  bool unban{false};
  bool if_exists{false};
  /// What the client read. The live guard reads the files itself: see server_stream().
  const Value* stream{nullptr};
};

class Server {
public:
  virtual ~Server() = default;

  [[nodiscard]] virtual std::string version() const = 0;

  [[nodiscard]] virtual Value get(ServerSetting setting) const = 0;
  [[nodiscard]] virtual Outcome<void> set(ServerSetting setting, const Value& value) = 0;

  /// In the order in which they were made.
  [[nodiscard]] virtual std::vector<std::string> jails() const = 0;
  [[nodiscard]] virtual JailControl* jail(std::string_view name) = 0;  // nullptr: none
  [[nodiscard]] virtual Outcome<void> add_jail(const std::string& name,
                                               const std::string& backend) = 0;
  /// The verbs know already that there is one of that name.
  [[nodiscard]] virtual Outcome<void> start_jail(const std::string& name) = 0;
  [[nodiscard]] virtual Outcome<void> stop_jail(const std::string& name) = 0;
  [[nodiscard]] virtual Outcome<void> stop_all_jails() = 0;

  [[nodiscard]] virtual Outcome<void> reload(const Reload& reload) = 0;

  /// A configuration that a client pushes at start. Commands in it are no reason to believe it: the
  /// live guard takes the files instead.
  [[nodiscard]] virtual Outcome<void> server_stream(const Value& commands) = 0;
  virtual void config_error(const std::string& message) = 0;

  /// True: the log was closed and opened again; false: there is no file, it was flushed.
  [[nodiscard]] virtual bool flush_logs() = 0;

  /// Begins to end. The reply still goes out.
  virtual void stop() = 0;

  /// Why `peer` may not give us commands to run, "" where it may: asked for the verbs that define
  /// some.
  [[nodiscard]] virtual std::string why_no_commands(const Peer& peer) const = 0;

  /// "2026-11-29 02:15:54", local time.
  [[nodiscard]] virtual std::string time_text(std::int64_t at) const = 0;
};

}  // namespace spranga::guard::control
