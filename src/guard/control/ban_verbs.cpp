#include "guard/control/ban_verbs.h"

#include <algorithm>
#include <limits>

#include "guard/pickle/python_text.h"

namespace spranga::guard::control {

namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

std::int64_t end_of(const HeldBan& ban) {
  return ban.bantime < 0 ? never : ban.since + ban.bantime;
}

std::string with_times(const Server& server, const HeldBan& ban) {
  const auto end = ban.bantime < 0 ? "9999-12-31 23:59:59" : server.time_text(end_of(ban));
  return ban.id + " \t" + server.time_text(ban.since) + " + " + std::to_string(ban.bantime) +
         " = " + end;
}

Value of_ids(const std::vector<HeldBan>& bans) {
  auto out = Value::list();
  for (const auto& ban : bans) {
    out.items.push_back(Value::of(ban.id));
  }
  return out;
}

}  // namespace

Outcome<Value> set_banip(const Command& command) {
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  SPRANGA_VERB_TRY(const auto count, jail->ban(command.texts(2)));
  return Value::of(count);
}

/// With --report-absent those that were not banned are an error, once the others are free.
Outcome<Value> set_unbanip(const Command& command) {
  SPRANGA_VERB_TRY(const auto first, command.text(2));
  const bool report = first == "--report-absent";
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  auto absent = Value::list();
  std::int64_t count = 0;
  for (const auto& id : command.texts(report ? 3 : 2)) {
    const auto freed = jail->unban(id);
    count += freed;
    if (freed == 0) {
      absent.items.push_back(Value::of(id));
    }
  }
  if (report && !absent.items.empty()) {
    return raise("ValueError", "not banned: " + pickle::repr(absent));
  }
  return Value::of(count);
}

Outcome<Value> set_attempt(const Command& command) {
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  if (command.words.size() < 3) {
    return raise("TypeError", "Filter.addAttempt() missing 1 required positional argument: 'ip'");
  }
  SPRANGA_VERB_CHECK(jail->attempt(pickle::str(command.words[2]), command.texts(3)));
  return Value::of(1);
}

/// All; or of one address whether it is; or of several a list of that.
Outcome<Value> get_banned(const Command& command) {
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  const auto ids = command.texts(2);
  if (ids.empty()) {
    return of_ids(jail->bans());
  }
  auto out = Value::list();
  for (const auto& id : ids) {
    out.items.push_back(Value::of(jail->is_banned(id) ? 1 : 0));
  }
  return out.items.size() == 1 ? out.items[0] : out;
}

/// In the order of their ends.
Outcome<Value> get_banip(const Command& command) {
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  auto bans = jail->bans();
  std::stable_sort(bans.begin(), bans.end(), [](const HeldBan& a, const HeldBan& b) {
    return end_of(a) < end_of(b);
  });
  if (command.words.size() < 3 || command.words[2] != Value::of("--with-time")) {
    return of_ids(bans);
  }
  auto out = Value::list();
  for (const auto& ban : bans) {
    out.items.push_back(Value::of(with_times(command.server, ban)));
  }
  return out;
}

}  // namespace spranga::guard::control
