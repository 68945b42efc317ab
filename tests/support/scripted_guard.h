// A guard of values, for the verbs: it keeps what it is told, and bans nobody.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "guard/control/server.h"

namespace spranga::test {

using guard::control::Outcome;
using guard::control::raise;
using guard::pickle::Value;

class ScriptedAction : public guard::control::ActionControl {
public:
  ScriptedAction() {
    for (const char* name : {"actionban",
                             "actioncheck",
                             "actionflush",
                             "actionreban",
                             "actionreload",
                             "actionrepair",
                             "actionstart",
                             "actionstop",
                             "actionunban"}) {
      values_[name] = Value::of("");
    }
    values_["timeout"] = Value::of(60);
    values_["banEpoch"] = Value::of(0);
  }

  [[nodiscard]] std::vector<std::string> properties() const override {
    std::vector<std::string> out;
    for (const auto& [name, value] : values_) {
      out.push_back(name);
    }
    return out;
  }

  [[nodiscard]] std::vector<std::string> methods() const override {
    return {"ban", "flush", "start", "stop", "unban"};
  }

  [[nodiscard]] std::optional<Value> get(std::string_view property) const override {
    const auto found = values_.find(property);
    return found != values_.end() ? std::optional(found->second) : std::nullopt;
  }

  [[nodiscard]] Outcome<void> set(std::string_view property, const Value& value) override {
    values_.insert_or_assign(std::string(property), value);
    return {};
  }

  [[nodiscard]] Outcome<Value> call(std::string_view method, std::string_view arguments) override {
    calls.emplace_back(method, arguments);
    return method == "flush" ? Value::of(true) : Value::none();
  }

  std::vector<std::pair<std::string, std::string>> calls;

private:
  std::map<std::string, Value, std::less<>> values_;
};

class ScriptedJail : public guard::control::JailControl {
public:
  using Setting = guard::control::JailSetting;

  ScriptedJail() {
    using enum guard::control::JailSetting;
    settings[idle] = Value::of(false);
    settings[ignoreself] = Value::of(true);
    settings[ignorecommand] = Value::of(false);
    settings[logencoding] = Value::of("UTF-8");
    settings[prefregex] = Value::of("");
    settings[usedns] = Value::of("warn");
    settings[findtime] = settings[bantime] = Value::of(600);
    settings[datepattern] = Value::tuple({Value::none(), Value::of("Default Detectors")});
    settings[maxmatches] = settings[maxretry] = Value::of(3);
    settings[maxlines] = Value::of(1);
    for (const auto list : {ignoreip, logpath, journalmatch, failregex, ignoreregex}) {
      settings[list] = Value::list();
    }
  }

  [[nodiscard]] guard::control::JailStatus status() const override {
    auto out = counters;
    for (const auto& path : settings.at(Setting::logpath).items) {
      out.sources.push_back(path.text);
    }
    out.currently_banned = static_cast<std::int64_t>(held.size());
    return out;
  }

  [[nodiscard]] Value get(Setting setting) const override {
    const auto found = settings.find(setting);
    return found != settings.end() ? found->second : Value::none();
  }

  [[nodiscard]] Outcome<void> set(Setting setting, const Value& value) override {
    settings[setting] =
        setting == Setting::datepattern ? Value::tuple({value, Value::of("as it was set")}) : value;
    return {};
  }

  [[nodiscard]] Outcome<void> add(Setting setting, const Value& value) override {
    if (value.text.find('(') != std::string::npos && setting != Setting::ignoreip) {
      return raise("RegexException", "Unable to compile regular expression '" + value.text + "'");
    }
    settings[setting].items.push_back(value);
    return {};
  }

  [[nodiscard]] Outcome<void> remove(Setting setting, const Value& value) override {
    auto& items = settings[setting].items;
    if (setting == Setting::failregex || setting == Setting::ignoreregex) {
      if (value.integer >= 0 && value.integer < static_cast<std::int64_t>(items.size())) {
        items.erase(items.begin() + value.integer);
      }
      return {};
    }
    const auto found = std::find(items.begin(), items.end(), value);
    if (found == items.end()) {
      return setting == Setting::ignoreip
                 ? Outcome<void>(raise("ValueError", "list.remove(x): x not in list"))
                 : Outcome<void>();
    }
    items.erase(found);
    return {};
  }

  [[nodiscard]] Outcome<void> add_logpath(const std::string& path, bool tail) override {
    if (path.find("none") != std::string::npos) {
      return guard::control::Raised(Value::exception(
          "FileNotFoundError",
          {Value::of(2), Value::of("No such file or directory"), Value::of(path)}));
    }
    tails.push_back(tail);
    return add(Setting::logpath, Value::of(path));
  }

  [[nodiscard]] Value bantime_option(std::string_view option) const override {
    const auto found = extra.find(option);
    return found != extra.end() ? found->second : Value::none();
  }

  [[nodiscard]] Outcome<void> set_bantime_option(std::string_view option,
                                                 const Value& value) override {
    extra.insert_or_assign(std::string(option), value);
    return {};
  }

  [[nodiscard]] std::vector<guard::control::HeldBan> bans() const override { return held; }

  [[nodiscard]] bool is_banned(std::string_view id) const override {
    return std::any_of(held.begin(), held.end(), [id](const auto& ban) { return ban.id == id; });
  }

  [[nodiscard]] Outcome<std::int64_t> ban(const std::vector<std::string>& ids) override {
    // Each time is a second later, and who is banned already stays so for a second more.
    const auto now = clock++;
    std::int64_t count = 0;
    for (const auto& id : ids) {
      if (is_banned(id)) {
        std::find_if(held.begin(), held.end(), [&id](const auto& ban) {
          return ban.id == id;
        })->bantime += 1;
        continue;
      }
      held.push_back({id, now, settings[Setting::bantime].integer});
      ++count;
    }
    counters.total_banned += count;
    return count;
  }

  [[nodiscard]] std::int64_t unban(const std::string& id) override {
    return static_cast<std::int64_t>(
        std::erase_if(held, [&id](const auto& ban) { return ban.id == id; }));
  }

  [[nodiscard]] std::int64_t unban_all() override {
    const auto count = static_cast<std::int64_t>(held.size());
    held.clear();
    return count;
  }

  [[nodiscard]] Outcome<void> attempt(const std::string& id,
                                      const std::vector<std::string>& lines) override {
    counters.total_failed += std::max<std::int64_t>(static_cast<std::int64_t>(lines.size()), 1);
    attempts.push_back(id);
    return {};
  }

  [[nodiscard]] std::vector<std::string> actions() const override {
    std::vector<std::string> out;
    for (const auto& [name, action] : made) {
      out.push_back(name);
    }
    return out;
  }

  [[nodiscard]] guard::control::ActionControl* action(std::string_view name) override {
    const auto found = std::find_if(
        made.begin(), made.end(), [name](const auto& entry) { return entry.first == name; });
    return found != made.end() ? found->second.get() : nullptr;
  }

  [[nodiscard]] Outcome<void> add_action(const std::string& name,
                                         const std::string& /*script*/,
                                         const std::string& /*arguments*/) override {
    if (action(name) != nullptr) {
      return raise("ValueError", "Action " + name + " already exists");
    }
    made.emplace_back(name, std::make_unique<ScriptedAction>());
    return {};
  }

  [[nodiscard]] Outcome<void> delete_action(const std::string& name) override {
    std::erase_if(made, [&name](const auto& entry) { return entry.first == name; });
    return {};
  }

  std::map<Setting, Value> settings;
  std::map<std::string, Value, std::less<>> extra;
  guard::control::JailStatus counters;
  std::vector<guard::control::HeldBan> held;
  std::int64_t clock{1'700'000'000};
  std::vector<std::string> attempts;
  std::vector<bool> tails;
  std::vector<std::pair<std::string, std::unique_ptr<ScriptedAction>>> made;
};

class ScriptedGuard : public guard::control::Server {
public:
  using Setting = guard::control::ServerSetting;

  ScriptedGuard() {
    using enum guard::control::ServerSetting;
    settings[loglevel] = Value::of("INFO");
    settings[logtarget] = Value::of("/var/log/fail2ban.log");
    settings[syslogsocket] = Value::of("auto");
    settings[thread] = Value::dict({Value::of("stacksize"), Value::of(0)});
    settings[dbfile] = Value::of("/var/lib/fail2ban/fail2ban.sqlite3");
    settings[dbmaxmatches] = Value::of(10);
    settings[dbpurgeage] = Value::of(86400);
  }

  ScriptedJail& make(const std::string& name) {
    return *made.emplace_back(name, std::make_unique<ScriptedJail>()).second;
  }

  [[nodiscard]] std::string version() const override { return "1.0.2"; }

  [[nodiscard]] Value get(Setting setting) const override { return settings.at(setting); }

  [[nodiscard]] Outcome<void> set(Setting setting, const Value& value) override {
    if (setting == Setting::loglevel && value.text == "NOTHING") {
      return raise("ValueError", "Invalid log level 'NOTHING'");
    }
    if (setting == Setting::logtarget && value.text.starts_with("/nonexistent/")) {
      return raise("Exception", "Failed to change log target");
    }
    if (setting == Setting::dbfile && value != settings[setting]) {
      return raise("RuntimeError", "Cannot change database when there are jails present");
    }
    settings[setting] = value;
    return {};
  }

  [[nodiscard]] std::vector<std::string> jails() const override {
    std::vector<std::string> out;
    for (const auto& [name, jail] : made) {
      out.push_back(name);
    }
    return out;
  }

  [[nodiscard]] guard::control::JailControl* jail(std::string_view name) override {
    const auto found = std::find_if(
        made.begin(), made.end(), [name](const auto& entry) { return entry.first == name; });
    return found != made.end() ? found->second.get() : nullptr;
  }

  [[nodiscard]] Outcome<void> add_jail(const std::string& name,
                                       const std::string& /*backend*/) override {
    if (jail(name) != nullptr) {
      return raise("NameError", "name 'noduplicates' is not defined");
    }
    make(name);
    return {};
  }

  [[nodiscard]] Outcome<void> start_jail(const std::string& name) override {
    started.push_back(name);
    return {};
  }

  [[nodiscard]] Outcome<void> stop_jail(const std::string& name) override {
    std::erase_if(made, [&name](const auto& entry) { return entry.first == name; });
    return {};
  }

  [[nodiscard]] Outcome<void> stop_all_jails() override {
    made.clear();
    return {};
  }

  [[nodiscard]] Outcome<void> reload(const guard::control::Reload& wanted) override {
    reloads.push_back(wanted.jail + (wanted.restart ? " restart" : "") +
                      (wanted.unban ? " unban" : "") + (wanted.if_exists ? " if-exists" : ""));
    return {};
  }

  [[nodiscard]] Outcome<void> server_stream(const Value& commands) override {
    streamed = commands.items.size();
    return {};
  }

  void config_error(const std::string& message) override { errors.push_back(message); }

  [[nodiscard]] bool flush_logs() override { return true; }

  void stop() override { stopped = true; }

  [[nodiscard]] std::string why_no_commands(const guard::control::Peer& peer) const override {
    return peer.uid == 0 ? "" : "only root may give the server commands to run";
  }

  [[nodiscard]] std::string time_text(std::int64_t at) const override {
    return "[" + std::to_string(at) + "]";
  }

  std::map<Setting, Value> settings;
  std::vector<std::pair<std::string, std::unique_ptr<ScriptedJail>>> made;
  std::vector<std::string> started;
  std::vector<std::string> reloads;
  std::vector<std::string> errors;
  std::size_t streamed{0};
  bool stopped{false};
};

}  // namespace spranga::test
