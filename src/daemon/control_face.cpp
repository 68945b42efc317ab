#include "daemon/control_face.h"

#include <algorithm>
#include <charconv>

#include "daemon/daemon.h"
#include "daemon/own_options.h"
#include "daemon/report.h"
#include "guard/control/command.h"
#include "guard/pickle/python_text.h"

namespace spranga::daemon {

namespace {

using guard::Level;
using guard::control::raise;
using guard::control::Reply;
using guard::pickle::Value;

Value number_or_text(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? Value::of(number)
                                                                  : Value::of(text);
}

bool is_own(const Value& command) {
  return command.kind == Value::Kind::list && command.items.size() > 1 &&
         command.items[0].text == "spranga";
}

}  // namespace

Reply ControlFace::answer(const guard::control::Peer& peer, const Value& command) {
  if (!is_own(command)) {
    return guard::control::answer(*this, peer, command);
  }
  std::vector<std::string> question;
  for (std::size_t i = 1; i < command.items.size(); ++i) {
    question.push_back(command.items[i].text);
  }
  std::string told;
  if (question.front() == "reload") {
    const auto done = daemon_.reload("--all");
    told = done ? report(daemon_, {"reloaded"}) : error_report(done.error().detail);
  } else {
    told = report(daemon_, question);
  }
  return {Value::tuple({Value::of(0), Value::of(told)}), {}, ""};
}

std::string ControlFace::version() const {
  return daemon_.plan_.version;
}

Value ControlFace::get(Setting setting) const {
  const auto option = [this](const char* name) {
    const auto found = daemon_.plan_.server.find(name);
    return found == daemon_.plan_.server.end() ? std::string() : found->second;
  };
  const auto in_memory = option("dbfile") == ":memory:";
  const bool has_database = !daemon_.options_.database.empty() || in_memory;
  switch (setting) {
    case Setting::loglevel:
      return Value::of(std::string(name_of(daemon_.log_.least())));
    case Setting::logtarget:
      return Value::of(option("logtarget"));
    case Setting::syslogsocket:
      return Value::of(option("syslogsocket"));
    case Setting::allowipv6:
      return Value::of(option("allowipv6"));
    case Setting::thread:
      return Value::dict({Value::of("stacksize"), Value::of(0)});
    case Setting::dbfile:
      return in_memory      ? Value::of(option("dbfile"))
             : has_database ? Value::of(daemon_.options_.database)
                            : Value::none();
    case Setting::dbmaxmatches:
      return has_database ? number_or_text(option("dbmaxmatches")) : Value::none();
    case Setting::dbpurgeage: {
      const auto age = guard::control::to_seconds(Value::of(option("dbpurgeage")));
      return has_database && age ? *age : Value::none();
    }
  }
  return Value::none();
}

ControlFace::Outcome<void> ControlFace::set(Setting setting, const Value& value) {
  if (setting == Setting::loglevel) {
    const auto level = level_of(value.text);
    if (!level) {
      return raise("ValueError", "Invalid log level " + guard::pickle::repr(value));
    }
    daemon_.log_.show_from(*level);
    return {};
  }
  if (setting == Setting::logtarget) {
    const auto turned = daemon_.turn_log_to(value.text);
    return turned ? Outcome<void>()
                  : raise("Exception", "Failed to change log target: " + turned.error().detail);
  }
  if (setting == Setting::dbfile) {
    return raise("RuntimeError", "Cannot change database when there are jails present");
  }
  if (setting == Setting::dbpurgeage || setting == Setting::dbmaxmatches) {
    auto& server = daemon_.plan_.server;
    server[setting == Setting::dbpurgeage ? "dbpurgeage" : "dbmaxmatches"] =
        std::to_string(value.integer);
    const auto limits = ledger_options(server);
    daemon_.ledger_->set_limits(limits.purge_age, limits.matches);
    return {};
  }
  if (setting == Setting::allowipv6 || setting == Setting::thread ||
      setting == Setting::syslogsocket) {
    return {};
  }
  return raise("ValueError", "this is changed in the configuration, not over the socket");
}

std::vector<std::string> ControlFace::jails() const {
  std::vector<std::string> out;
  for (const auto& jail : daemon_.guard_.jails()) {
    out.push_back(jail->name());
  }
  return out;
}

guard::control::JailControl* ControlFace::jail(std::string_view name) {
  auto* found = daemon_.guard_.find(name);
  if (found == nullptr) {
    return nullptr;
  }
  jail_ = std::make_unique<JailFace>(daemon_, *found);
  return jail_.get();
}

ControlFace::Outcome<void> ControlFace::add_jail(const std::string& name,
                                                 const std::string& /*backend*/) {
  return raise("ValueError", "jails are added in the configuration, not over the socket: " + name);
}

ControlFace::Outcome<void> ControlFace::start_jail(const std::string& name) {
  if (auto* found = daemon_.guard_.find(name)) {
    found->set_idle(false);
  }
  return {};
}

ControlFace::Outcome<void> ControlFace::stop_jail(const std::string& name) {
  jail_.reset();
  daemon_.remove_jail(name);
  daemon_.follow_again();
  return {};
}

ControlFace::Outcome<void> ControlFace::stop_all_jails() {
  for (const auto& name : jails()) {
    static_cast<void>(stop_jail(name));
  }
  return {};
}

ControlFace::Outcome<void> ControlFace::reload(const guard::control::Reload& reload) {
  jail_.reset();
  if (reload.unban) {
    daemon_.restore_all();
    for (const auto& one : daemon_.guard_.jails()) {
      if (reload.jail.empty() || one->name() == reload.jail) {
        one->unban_all(daemon_.now());
      }
    }
  }
  if (reload.restart) {
    for (const auto& name : jails()) {
      if (reload.jail.empty() || name == reload.jail) {
        daemon_.remove_jail(name);
      }
    }
  }
  const auto done = daemon_.reload(reload.jail.empty() ? "--all" : reload.jail);
  return done ? Outcome<void>() : raise("Exception", done.error().detail);
}

/// The files say what holds; the client has read them too.
ControlFace::Outcome<void> ControlFace::server_stream(const Value& /*commands*/) {
  return {};
}

void ControlFace::config_error(const std::string& message) {
  daemon_.say(Level::error, "transmitter", message);
}

bool ControlFace::flush_logs() {
  daemon_.flush_logs();
  return true;
}

void ControlFace::stop() {
  daemon_.stop_soon();
}

/// The guard has no right to run any: the action runner takes them from the warden alone.
std::string ControlFace::why_no_commands(const guard::control::Peer& /*peer*/) const {
  return "commands are taken from the configuration alone, not over the socket";
}

std::string ControlFace::time_text(std::int64_t at) const {
  return local_time(std::chrono::sys_seconds(std::chrono::seconds(at)));
}

}  // namespace spranga::daemon
