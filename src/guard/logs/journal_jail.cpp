#include "guard/logs/journal_jail.h"

#include <algorithm>
#include <utility>

#include "guard/logs/journal_cursor.h"
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
  JournalJail out{wish.jail, JournalMatch::widened(wish.matches), micros_of(from), "", {}, false};
  for (const auto& each : kept) {
    const bool of_journal = !each.place.cursor.empty() || each.place.path.empty();
    if (each.jail == wish.jail && of_journal && each.place.at >= from) {
      out.from_us = micros_of(each.place.at);
      out.cursor = JournalCursor::parse(each.place.cursor) ? each.place.cursor : "";
      out.kept = each.place;
    }
  }
  return out;
}

ToBeginning to_beginning(const JournalJail& jail, std::string_view cursor, std::uint64_t micros) {
  const auto begin = JournalCursor::parse(jail.cursor);
  const auto entry = JournalCursor::parse(cursor);
  if (!begin || !entry) {
    return micros >= jail.from_us ? ToBeginning::behind : ToBeginning::before;
  }
  const auto order = in_order(*entry, *begin);
  // Lines of one write have one time. Where they were moved to another file (/run to /var) they
  // stand there in the same order, but their numbers do not say so.
  const bool is_one_time = entry->sequence != begin->sequence && entry->boot == begin->boot &&
                           entry->monotonic_us == begin->monotonic_us;
  if (order == 0) {
    return ToBeginning::last_had;
  }
  return order < 0 || is_one_time ? ToBeginning::before : ToBeginning::behind;
}

const JournalJail* earliest(const std::vector<JournalJail>& jails) {
  const auto is_before = [](const JournalJail& one, const JournalJail& other) {
    const auto a = JournalCursor::parse(one.cursor);
    const auto b = JournalCursor::parse(other.cursor);
    return a && b ? in_order(*a, *b) < 0 : one.from_us < other.from_us;
  };
  const auto first = std::ranges::min_element(jails, is_before);
  return first == jails.end() ? nullptr : &*first;
}

}  // namespace spranga::guard
