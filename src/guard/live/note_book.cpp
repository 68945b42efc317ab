#include "guard/live/note_book.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

namespace spranga::guard {

namespace {

using ledger::Seen;
using std::chrono::seconds;

/// What the guard does by itself, and would do again from the log.
bool may_wait(const ledger::Record& record) {
  if (const auto* made = std::get_if<ledger::BanMade>(&record)) {
    return made->by == "filter";
  }
  return std::holds_alternative<Seen>(record) || std::holds_alternative<ledger::Position>(record) ||
         std::holds_alternative<ledger::Totals>(record);
}

/// Whether rule_of(sighting) would say so; in a flood each one is asked.
bool is_rule(std::string_view rule, const ban::Sighting& sighting) {
  if (sighting.expression == nullptr) {
    return rule.empty();
  }
  const auto& [file, line] = sighting.expression->origin;
  if (!rule.starts_with(file) || rule.size() < file.size() + 2) {
    return false;
  }
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), line).ptr;
  return rule[file.size()] == ':' &&
         rule.substr(file.size() + 1) == std::string_view(digits.data(), end);
}

/// `attempts` is a number that a stranger may have a say in.
int sum(int a, int b) {
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  return static_cast<int>(std::min(most, std::int64_t{a} + b));
}

}  // namespace

std::string rule_of(const ban::Sighting& sighting) {
  if (sighting.expression == nullptr) {
    return "";
  }
  const auto& origin = sighting.expression->origin;
  return origin.file + ":" + std::to_string(origin.line);
}

/// By our clock, not by the log's.
bool NoteBook::is_flood(ban::Instant now) {
  const auto second = std::chrono::floor<seconds>(now.time_since_epoch());
  if (second != second_) {
    second_ = second;
    in_second_ = 0;
  }
  return ++in_second_ > most_single;
}

void NoteBook::failure(const std::string& jail,
                       const ban::Sighting& sighting,
                       ban::Instant at,
                       bool banned,
                       ban::Instant now) {
  const bool flood = is_flood(now);
  if (flood) {
    if (put_together(jail, sighting, at)) {
      ++together_;
      return;
    }
    flood_ = flood_.value_or(now);
  }
  note_jail(jail);
  Seen seen{jail,
            sighting.id,
            at,
            sighting.attempts,
            sighting.weak,
            rule_of(sighting),
            sighting.matches.empty() ? "" : sighting.matches.back().substr(0, Seen::longest_line)};
  seen.joins = flood && banned;
  records_.emplace_back(std::move(seen));
}

/// True: into a note that is there; else the next one stands for those to come.
bool NoteBook::put_together(const std::string& jail,
                            const ban::Sighting& sighting,
                            ban::Instant at) {
  const Key key{target_key(secret_, sighting.id),
                std::chrono::floor<seconds>(at.time_since_epoch()),
                sighting.weak,
                sighting.expression};
  const auto [place, is_new] = failures_.try_emplace(key, records_.size());
  if (!is_new) {
    if (auto& seen = std::get<Seen>(records_[place->second]);
        seen.id == sighting.id && seen.jail == jail && is_rule(seen.rule, sighting)) {
      ++seen.times;
      seen.attempts = sum(seen.attempts, sighting.attempts);
      seen.at = std::max(seen.at, at);
      return true;
    }
    place->second = records_.size();
  }
  return false;
}

void NoteBook::note_jail(const std::string& jail) {
  if (!jails_.contains(jail)) {
    jails_.insert(jail);
  }
}

void NoteBook::add(ledger::Record record) {
  urgent_ = urgent_ || !may_wait(record);
  if (const auto* made = std::get_if<ledger::BanMade>(&record)) {
    note_jail(made->ban.jail);
  }
  if (const auto* position = std::get_if<ledger::Position>(&record)) {
    const auto [place, is_new] = positions_.try_emplace(
        File{position->jail, position->path, position->device, position->inode}, records_.size());
    if (!is_new) {
      records_[place->second] = std::move(record);
      return;
    }
  }
  records_.push_back(std::move(record));
}

std::optional<ban::Instant> NoteBook::waits_until(ban::Instant now) const {
  const bool waits = flood_ && !urgent_ && records_.size() < most_waiting && now >= *flood_ &&
                     now < *flood_ + most_held;
  return waits ? std::optional(*flood_ + most_held) : std::nullopt;
}

ledger::Records NoteBook::take() {
  jails_.clear();
  positions_.clear();
  failures_.clear();
  flood_.reset();
  urgent_ = false;
  return std::exchange(records_, {});
}

}  // namespace spranga::guard
