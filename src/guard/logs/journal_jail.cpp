#include "guard/logs/journal_jail.h"

#include <algorithm>
#include <utility>

#include "guard/logs/journal_entry.h"

namespace spranga::guard {

namespace {

std::uint64_t micros_of(ban::Instant at) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(at.time_since_epoch().count(), 0));
}

bool has_instances(const JournalField& field) {
  return !field.instances.empty();
}

/// libsystemd knows no globs: a unit's instances are found by their slice.
std::vector<std::string> terms_of(const std::vector<JournalField>& set, bool by_slice) {
  std::vector<std::string> out;
  for (const auto& field : set) {
    if (by_slice && has_instances(field)) {
      out.push_back("_SYSTEMD_SLICE=" + field.slice);
      continue;
    }
    for (const auto& value : field.values) {
      out.push_back(std::string(field.name).append("=").append(value));
    }
  }
  return out;
}

}  // namespace

std::vector<std::vector<std::string>> all_terms(const std::vector<JournalJail>& jails) {
  std::vector<std::vector<std::string>> out;
  // The same for two jails is said once: for each entry libsystemd looks after each set.
  const auto add = [&out](std::vector<std::string> set) {
    if (std::ranges::find(out, set) == out.end()) {
      out.push_back(std::move(set));
    }
  };
  for (const auto& jail : jails) {
    if (jail.match.sets().empty()) {
      return {};
    }
    for (const auto& set : jail.match.sets()) {
      add(terms_of(set, false));
      if (std::ranges::any_of(set, has_instances)) {
        add(terms_of(set, true));
      }
    }
  }
  out.push_back({std::string("MESSAGE_ID=").append(dropped_message_id)});
  return out;
}

JournalJail beginning_of(const JournalWish& wish,
                         const std::vector<JailPlace>& kept,
                         ban::Instant now) {
  const auto from = now - wish.findtime;
  JournalJail out{wish.jail, JournalMatch::widened(wish.matches), micros_of(from), "", false};
  for (const auto& each : kept) {
    const bool of_journal = !each.place.cursor.empty() || each.place.path.empty();
    if (each.jail == wish.jail && of_journal && each.place.at >= from) {
      out.from_us = micros_of(each.place.at);
      out.cursor = each.place.cursor;
    }
  }
  return out;
}

}  // namespace spranga::guard
