#include "ledger/waiting.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "ledger/matches.h"

namespace spranga::ledger {

namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

/// Roughly what a Record or an Entry takes in memory.
template <class Variant>
std::size_t size_of(const Variant& what) {
  const auto strings = std::visit(
      Overloaded{
          [](const Seen& seen) {
            return seen.jail.size() + seen.id.size() + seen.rule.size() + seen.line.size();
          },
          [](const BanMade& made) {
            std::size_t size = made.ban.jail.size() + made.ban.target.size();
            for (const auto& match : made.matches) {
              size += sizeof(std::string) + match.size();
            }
            for (const auto& [name, value] : made.fields) {
              size += 2 * sizeof(std::string) + name.size() + value.size();
            }
            return size;
          },
          [](const BanEnded& ended) { return ended.jail.size() + ended.target.size(); },
          [](const Position& position) {
            return position.jail.size() + position.path.size() + position.cursor.size();
          },
          [](const auto&) { return std::size_t{0}; },
      },
      what);
  return sizeof(Entry) + strings;
}

void shorten(std::string& text, std::size_t most) {
  if (text.size() > most) {
    text = std::string(cut(text, most));
  }
}

/// Nothing that came from outside is longer than its limit from here on.
void shorten(Record& record) {
  std::visit(Overloaded{
                 [](Seen& seen) {
                   shorten(seen.id, longest_id);
                   shorten(seen.line, Seen::longest_line);
                 },
                 [](BanMade& made) {
                   shorten(made.ban.target, longest_id);
                   for (auto& match : made.matches) {
                     shorten(match, BanMade::longest_match);
                   }
                   for (auto& [name, value] : made.fields) {
                     shorten(value, BanMade::longest_field);
                   }
                 },
                 [](BanEnded& ended) { shorten(ended.target, longest_id); },
                 [](auto&) {},
             },
             record);
}

/// No path has a NUL.
std::pair<std::string, std::string> totals_key(const std::string& jail) {
  return {jail, std::string(1, '\0')};
}

std::string file_key(const Position& position) {
  return fmt::format("{}{}{}:{}", position.path, '\0', position.device, position.inode);
}

bool holds_sightings(const Records& together) {
  return std::ranges::any_of(
      together, [](const Record& record) { return std::holds_alternative<Seen>(record); });
}

}  // namespace

void Waiting::set_jails(const std::vector<KeptJail>& jails) {
  findtimes_.clear();
  for (const auto& jail : jails) {
    findtimes_[jail.name] = jail.findtime;
  }
}

std::chrono::seconds Waiting::findtime(const std::string& jail) const {
  const auto known = findtimes_.find(jail);
  return known == findtimes_.end() ? std::chrono::hours(24) : known->second;
}

bool Waiting::has_room(std::size_t more, std::size_t limit) const {
  return bytes_ + taken_bytes_ + more <= limit;
}

void Waiting::add(Records together, ban::Instant now) {
  std::size_t size = 0;
  for (auto& record : together) {
    shorten(record);
    size += size_of(record);
  }
  if (!has_room(size, most_)) {
    make_room(now);
  }
  admit(std::move(together), now, has_room(size, most_));
}

void Waiting::make_room(ban::Instant now) {
  // It looks at everything that waits, so not for every note.
  constexpr auto at_most_every = std::chrono::seconds(1);
  if (!keeps_lines_ && now < made_room_ + at_most_every) {
    return;
  }
  made_room_ = now;
  keeps_lines_ = false;
  const auto gone = std::erase_if(entries_, [&](Entry& entry) {
    auto* const seen = std::get_if<Seen>(&entry);
    if (seen == nullptr) {
      return false;
    }
    seen->line = std::string();
    return seen->at < now - findtime(seen->jail);
  });
  dropped_ += gone;
  count();
}

void Waiting::admit(Records together, ban::Instant now, bool with_sightings) {
  if (!with_sightings && holds_sightings(together)) {
    // The whole note, before anything of it is written: its position stands still as well.
    for (const auto& record : together) {
      if (const auto* seen = std::get_if<Seen>(&record)) {
        give_up(seen->jail, seen->at);
      }
    }
  }
  for (auto& record : together) {
    if (with_sightings || !std::holds_alternative<Seen>(record)) {
      std::visit([this, now](auto& one) { admit_one(std::move(one), now); }, record);
    }
  }
}

bool Waiting::has_reserve() const {
  return has_room(0, most_ + most_ / 4);
}

void Waiting::admit_one(Seen seen, ban::Instant /*now*/) {
  if (!keeps_lines_) {
    seen.line.clear();
  }
  push(std::move(seen));
}

void Waiting::admit_one(BanMade made, ban::Instant now) {
  if (has_reserve()) {
    push(std::move(made));
  } else {
    give_up(made.ban.jail, now);
  }
}

/// A person's word, who may let a million go at once: what was dropped of it would be banned again
/// at the next start.
void Waiting::admit_one(BanEnded ended, ban::Instant /*now*/) {
  constexpr std::size_t times_most = 8;
  if (has_room(0, times_most * most_)) {
    push(std::move(ended));
  } else {
    ++dropped_;
  }
}

void Waiting::admit_one(Position position, ban::Instant /*now*/) {
  if (const auto gap = gaps_.find(position.jail); gap != gaps_.end()) {
    auto& held = gap->second.positions[file_key(position)];
    held = std::move(position);
    return;
  }
  const Key key{position.jail, file_key(position)};
  replace_or_push(key, std::move(position));
}

void Waiting::admit_one(Totals totals, ban::Instant /*now*/) {
  if (const auto gap = gaps_.find(totals.jail); gap != gaps_.end()) {
    gap->second.totals = std::move(totals);
    return;
  }
  const auto key = totals_key(totals.jail);
  replace_or_push(key, std::move(totals));
}

void Waiting::admit_one(CleanStop stop, ban::Instant /*now*/) {
  push(stop);
}

void Waiting::give_up(const std::string& jail, ban::Instant at) {
  ++dropped_;
  const auto [gap, is_new] = gaps_.try_emplace(jail, Gap{at, {}, {}});
  gap->second.last = std::max(gap->second.last, at);
  if (is_new) {
    push(GapBegins{jail});
  }
}

void Waiting::push(Entry entry) {
  bytes_ += size_of(entry);
  entries_.push_back(std::move(entry));
}

void Waiting::replace_or_push(const Key& key, Entry entry) {
  const auto [place, is_new] = latest_.try_emplace(key, entries_.size());
  if (is_new) {
    push(std::move(entry));
    return;
  }
  auto& old = entries_[place->second];
  bytes_ = bytes_ - size_of(old) + size_of(entry);
  old = std::move(entry);
}

void Waiting::count() {
  bytes_ = 0;
  latest_.clear();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    bytes_ += size_of(entries_[i]);
    if (const auto* position = std::get_if<Position>(&entries_[i])) {
      latest_[{position->jail, file_key(*position)}] = i;
    } else if (const auto* totals = std::get_if<Totals>(&entries_[i])) {
      latest_[totals_key(totals->jail)] = i;
    }
  }
}

std::vector<Entry> Waiting::take() {
  taken_ = entries_.size();
  taken_bytes_ = bytes_;
  bytes_ = 0;
  latest_.clear();
  return std::exchange(entries_, {});
}

void Waiting::put_back(std::vector<Entry> entries) {
  taken_ = 0;
  taken_bytes_ = 0;
  entries.insert(entries.end(),
                 std::make_move_iterator(entries_.begin()),
                 std::make_move_iterator(entries_.end()));
  entries_ = std::move(entries);
  count();
}

bool Waiting::written(ban::Instant now) {
  bool closed = false;
  taken_ = 0;
  taken_bytes_ = 0;
  keeps_lines_ = true;
  for (auto gap = gaps_.begin(); gap != gaps_.end();) {
    if (now <= gap->second.last + findtime(gap->first)) {
      ++gap;
      continue;
    }
    closed = true;
    push(GapEnds{gap->first});
    auto held = std::move(gap->second);
    gap = gaps_.erase(gap);
    for (auto& [file, position] : held.positions) {
      const Key key{position.jail, file};
      replace_or_push(key, std::move(position));
    }
    if (held.totals) {
      const auto key = totals_key(held.totals->jail);
      replace_or_push(key, std::move(*held.totals));
    }
  }
  return closed;
}

}  // namespace spranga::ledger
