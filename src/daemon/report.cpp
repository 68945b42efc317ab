#include "daemon/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>

#include <nlohmann/json.hpp>

#include "daemon/daemon.h"
#include "guard/logs/choose_backend.h"
#include "guard/regex/regex.h"
#include "text/escape.h"

namespace spranga::daemon {

/// Reads what the Daemon keeps to itself.
class Reporter {
public:
  explicit Reporter(Daemon& daemon) : daemon_(daemon) {}

  using Json = nlohmann::ordered_json;
  using Words = std::vector<std::string>;

  [[nodiscard]] Json status(const Words& /*words*/) const {
    Json out;
    out["version"] = daemon_.plan_.version;
    out["folder"] = daemon_.plan_.folder;
    out["pid"] = daemon_.options_.warden;
    out["since"] = seconds(daemon_.since_);
    out["now"] = seconds(daemon_.now());
    out["dry_run"] = daemon_.options_.dry_run;
    out["lines"] = daemon_.desk_.lines();
    out["unread"] = unread();
    out["noted_together"] = daemon_.notes_.together();
    out["not_well"] = not_well();
    out["jails"] = jails({});
    return out;
  }

  /// Logs that are not read to their end now.
  [[nodiscard]] Json unread() const {
    auto out = Json::array();
    each_lag([&out](const guard::LogLag& lag) {
      out.push_back({{"log", lag.path}, {"bytes", lag.bytes}, {"ms", lag.time.count()}});
    });
    return out;
  }

  template <class Tell>
  void each_lag(const Tell& tell) const {
    const auto now = daemon_.clock_.now();
    for (const auto* source : daemon_.sources()) {
      std::ranges::for_each(source->lags(now), tell);
    }
  }

  /// What is wrong with the configuration that was just read; the jails that run go on with it.
  [[nodiscard]] Json reloaded(const Words& /*words*/) const {
    auto errors = daemon_.plan_.errors;
    errors.insert(errors.end(), daemon_.bad_jails_.begin(), daemon_.bad_jails_.end());
    return {{"done", true}, {"errors", errors}};
  }

  [[nodiscard]] Json jails(const Words& /*words*/) const {
    auto out = Json::array();
    for (const auto& jail : daemon_.guard_.jails()) {
      const auto numbers = jail->numbers();
      out.push_back({{"name", jail->name()},
                     {"failed", numbers.failed_now},
                     {"failed_total", numbers.failed_total},
                     {"banned", numbers.banned_now},
                     {"banned_total", numbers.banned_total},
                     {"maxretry", jail->spec().maxretry},
                     {"findtime", jail->spec().findtime.count()},
                     {"bantime", jail->spec().bantime.count()},
                     {"idle", jail->idle()},
                     {"reads", daemon_.reads_of(*jail)},
                     {"actions", daemon_.hands_.ways_of(jail->name())}});
    }
    return out;
  }

  [[nodiscard]] Json why(const Words& words) const {
    const auto address = words.size() > 1 ? words[1] : "";
    Json out;
    out["address"] = text::escape(address);
    out["never"] = daemon_.surroundings_.why_not(address);
    out["jails"] = standing(address);
    out["sightings"] = sightings(address);
    out["bans"] = bans(address);
    return out;
  }

  [[nodiscard]] Json top(const Words& words) const {
    const bool by_bans = words.size() > 1 && words[1] == "bans";
    std::int64_t span = 86'400;
    if (words.size() > 2) {
      std::from_chars(words[2].data(), words[2].data() + words[2].size(), span);
    }
    const auto since = daemon_.now() - std::chrono::seconds(span);
    constexpr std::int64_t most = 20;
    auto out = Json::array();
    const auto found =
        daemon_.ledger_->top(by_bans ? ledger::TopBy::bans : ledger::TopBy::failures, since, most);
    if (!found) {
      return {{"error", found.error().detail}};
    }
    for (const auto& one : *found) {
      out.push_back({{"target", text::escape(one.target)},
                     {"failures", one.failures},
                     {"bans", one.bans},
                     {"last", seconds(one.last)}});
    }
    return out;
  }

private:
  static std::int64_t seconds(ban::Instant at) {
    return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  }

  static Json until(const ban::Ban& ban) {
    return ban.until ? Json(seconds(*ban.until)) : Json(nullptr);
  }

  using Add = std::function<void(const char* what, const std::string& text)>;

  /// What an admin should know of, each with a stable name.
  [[nodiscard]] Json not_well() const {
    auto out = Json::array();
    const Add add = [&out](const char* what, const std::string& text) {
      out.push_back({{"what", what}, {"text", text}});
    };
    add_configuration(add);
    add_records(add);
    add_firewall(add);
    add_deeds(add);
    for (const auto& jail : daemon_.guard_.jails()) {
      add_jail(*jail, add);
    }
    return out;
  }

  void add_configuration(const Add& add) const {
    for (const auto& bad : daemon_.bad_jails_) {
      add("jail_left_out", bad);
    }
    for (const auto& error : daemon_.plan_.errors) {
      add("configuration", error);
    }
    if (const auto any = guard::Regex::compile("a", {}); any && !any->has_jit()) {
      add("jit_off", "expressions are not compiled to machine code here, and cost more time");
    }
  }

  void add_records(const Add& add) const {
    const auto health = daemon_.ledger_->health();
    if (!health.trouble.empty()) {
      add("ledger", health.trouble);
    }
    if (health.dropped > 0) {
      add("ledger_dropped", std::to_string(health.dropped));
    }
    if (daemon_.desk_.suppressed() > 0) {
      add("journal_suppressed", std::to_string(daemon_.desk_.suppressed()));
    }
    if (daemon_.desk_.lost() > 0) {
      add("log_lost", std::to_string(daemon_.desk_.lost()));
    }
    each_lag([&add](const guard::LogLag& lag) {
      constexpr std::chrono::seconds late{5};
      if (lag.time >= late) {
        add("log_behind",
            fmt::format("{}: {} bytes, {} s",
                        text::escape(lag.path),
                        lag.bytes,
                        std::chrono::duration_cast<std::chrono::seconds>(lag.time).count()));
      }
    });
    if (daemon_.log_.lost() > 0) {
      add("log", std::to_string(daemon_.log_.lost()) + " lines could not be written");
    }
  }

  void add_firewall(const Add& add) const {
    if (daemon_.news_.failed() > 0) {
      add("firewall", daemon_.news_.last_error());
    }
    if (const auto& lacking = daemon_.news_.lacking(); !lacking.empty()) {
      add("firewall_lacks", lacking);
    }
    if (daemon_.options_.firewall && daemon_.firewall_.fd() < 0) {
      add("firewall", "the firewall process is gone");
    }
    for (const auto& door : daemon_.doors_.all()) {
      constexpr std::size_t nearly_full = 1'000'000;
      if (daemon_.doors_.size(door.id) > nearly_full) {
        add("set_nearly_full", std::to_string(daemon_.doors_.size(door.id)));
      }
    }
  }

  void add_deeds(const Add& add) const {
    for (const auto& trouble : daemon_.hands_.troubles()) {
      add("action", text::escape(trouble));
    }
    if (const auto trouble = daemon_.mailer_.trouble(); !trouble.empty()) {
      add("mail", trouble);
    }
    std::uint64_t lacking = 0;
    for (const auto& jail : daemon_.guard_.jails()) {
      lacking += jail->bans_lacking_lines();
    }
    if (lacking > 0) {
      add("lines_dropped", std::to_string(lacking));
    }
    if (daemon_.names_.dropped() > 0) {
      add("names_dropped", std::to_string(daemon_.names_.dropped()));
    }
  }

  void add_jail(const guard::LiveJail& jail, const Add& add) const {
    const bool fed = std::ranges::count(daemon_.guard_.fed_with_bans(), jail.name()) != 0;
    const bool wants_none = jail.spec().skip_if_nologs || guard::bans_by_hand_alone(jail.spec());
    if (!fed && !wants_none && daemon_.reads_of(jail).empty()) {
      add("reads_nothing",
          jail.name() + ": no log of it is there, or may be read; the guard's log says more");
    }
    for (const auto& runaway : jail.matcher().quarantined()) {
      const auto& origin = runaway.expression->origin;
      add("quarantined", jail.name() + ": " + origin.file + ":" + std::to_string(origin.line));
    }
  }

  /// Where the address stands in each jail now: its own account, and that of the network it counts
  /// for.
  [[nodiscard]] Json standing(const std::string& address) const {
    auto out = Json::array();
    for (const auto& jail : daemon_.guard_.jails()) {
      const auto target = jail->judge().target_of(address);
      Json one{{"jail", jail->name()},
               {"target", text::escape(target)},
               {"count", jail->judge().count_of(target)},
               {"maxretry", jail->spec().maxretry}};
      const auto* held = jail->bans().find(target);
      held = held == nullptr ? jail->bans().find(address) : held;
      if (held != nullptr) {
        one["banned"] = {{"target", text::escape(held->ban.target)},
                         {"since", seconds(held->ban.since)},
                         {"until", until(held->ban)},
                         {"count", held->ban.count},
                         {"failures", held->ban.failures},
                         {"restored", held->restored},
                         {"lines", lines_of(held->evidence().matches)}};
      }
      out.push_back(std::move(one));
    }
    return out;
  }

  static Json lines_of(const std::vector<std::string>& lines) {
    auto out = Json::array();
    constexpr std::size_t longest = 500;
    for (const auto& line : lines) {
      out.push_back(text::escape_clipped(line, longest));
    }
    return out;
  }

  [[nodiscard]] Json sightings(const std::string& address) const {
    constexpr std::int64_t most = 50;
    const auto found = daemon_.ledger_->sightings_of(address, ban::Instant{}, most);
    if (!found) {
      return {{"error", found.error().detail}};
    }
    auto out = Json::array();
    for (const auto& seen : *found) {
      out.push_back({{"jail", seen.jail},
                     {"at", seconds(seen.at)},
                     {"rule", text::escape(seen.rule)},
                     {"attempts", seen.attempts},
                     {"weak", seen.weak},
                     {"times", seen.times},
                     {"line", lines_of({seen.line})[0]}});
    }
    return out;
  }

  [[nodiscard]] Json bans(const std::string& address) const {
    constexpr std::int64_t most = 20;
    const auto found = daemon_.ledger_->bans_of(address, most);
    if (!found) {
      return {{"error", found.error().detail}};
    }
    auto out = Json::array();
    for (const auto& [made, ended] : *found) {
      out.push_back({{"jail", made.ban.jail},
                     {"target", text::escape(made.ban.target)},
                     {"since", seconds(made.ban.since)},
                     {"until", until(made.ban)},
                     {"count", made.ban.count},
                     {"by", made.by},
                     {"ended", ended ? Json(seconds(*ended)) : Json(nullptr)}});
    }
    return out;
  }

  Daemon& daemon_;
};

std::string error_report(const std::string& what) {
  return Reporter::Json{{"error", what}}.dump(
      -1, ' ', false, Reporter::Json::error_handler_t::replace);
}

std::string report(Daemon& daemon, const std::vector<std::string>& question) {
  struct Row {
    std::string_view name;
    Reporter::Json (Reporter::*tell)(const Reporter::Words&) const;
  };

  constexpr Row rows[] = {{"status", &Reporter::status},
                          {"jails", &Reporter::jails},
                          {"reloaded", &Reporter::reloaded},
                          {"why", &Reporter::why},
                          {"top", &Reporter::top}};
  const Reporter reporter(daemon);
  for (const auto& row : rows) {
    if (!question.empty() && question.front() == row.name) {
      return (reporter.*row.tell)(question).dump(
          -1, ' ', false, Reporter::Json::error_handler_t::replace);
    }
  }
  return error_report("what is asked is not known");
}

}  // namespace spranga::daemon
