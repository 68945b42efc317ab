#include "daemon/log_desk.h"

#include <algorithm>
#include <utility>

namespace spranga::daemon {

namespace {

guard::Level level_of(guard::LiveEvent event) {
  using guard::LiveEvent;
  switch (event) {
    case LiveEvent::widened:
      return guard::Level::info;
    case LiveEvent::rotated:
    case LiveEvent::truncated:
    case LiveEvent::gone:
      return guard::Level::msg;
    case LiveEvent::found:  // told as fail2ban does, by the daemon
      return guard::Level::debug;
    case LiveEvent::unreadable:
    case LiveEvent::lost:
      return guard::Level::error;
    case LiveEvent::limit:
    case LiveEvent::suppressed:
      return guard::Level::warning;
  }
  return guard::Level::warning;
}

}  // namespace

std::size_t LogDesk::number_of(const std::string& jail) {
  const auto found = std::ranges::find(names_, jail);
  if (found != names_.end()) {
    return static_cast<std::size_t>(found - names_.begin());
  }
  names_.push_back(jail);
  return names_.size() - 1;
}

/// The jails of a path change only with the configuration; a file that a second jail has found
/// later gets a new stream.
LogDesk::Stream* LogDesk::stream_for(const std::string& key, std::span<const std::size_t> numbers) {
  auto& slot = streams_[key];
  if (slot && std::ranges::equal(slot->jails, numbers)) {
    return slot.get();
  }
  std::vector<guard::LiveJail*> jails;
  for (const auto number : numbers) {
    if (auto* jail = guard_.find(names_[number])) {
      jails.push_back(jail);
    }
  }
  auto stream = guard::LogStream::make(std::move(jails), now_);
  if (!stream) {
    log_.write(guard::Level::error, "filter", key + ": " + stream.error().detail);
    streams_.erase(key);
    return nullptr;
  }
  slot = std::make_unique<Stream>(Stream{*std::move(stream), {numbers.begin(), numbers.end()}});
  if (std::ranges::all_of(numbers, [&](auto number) { return in_operation_.contains(number); })) {
    slot->stream.end_start_phase();
  }
  return slot.get();
}

/// The clock is read after each line: a line that was written while this process had to wait must
/// not seem to be of the future, or it would lose its time.
void LogDesk::on_line(const guard::LiveLine& line) {
  ++lines_;
  now_ = std::chrono::time_point_cast<ban::Instant::duration>(clock_.wall());
  if (!line.at) {
    if (auto* found = stream_for(line.after.path, line.jails)) {
      guard_.on_line(found->stream, line.text, now_);
    }
    return;
  }
  // Each entry of the journal has jails of its own.
  for (const auto number : line.jails) {
    const auto key = "the journal for " + names_[number];
    if (auto* found = stream_for(key, std::span(&number, 1));
        found != nullptr && !found->stream.jails().empty()) {
      guard_.on_entry(found->stream, 0, line.text, *line.at, now_);
    }
  }
}

void LogDesk::on_end(std::span<const std::size_t> jails) {
  in_operation_.insert(jails.begin(), jails.end());
  for (auto& [path, stream] : streams_) {
    const bool over = std::ranges::all_of(
        stream->jails, [&](auto number) { return in_operation_.contains(number); });
    if (over) {
      stream->stream.end_start_phase();
    }
  }
}

void LogDesk::on_note(const guard::LiveNote& note) {
  suppressed_ += note.event == guard::LiveEvent::suppressed ? note.count : 0;
  found_ = found_ || note.event == guard::LiveEvent::found;
  log_.write(level_of(note.event), "filter", note.text);
}

void LogDesk::note_positions(const guard::LiveSource& source) {
  constexpr std::size_t most_noted = 10'000;  // files that have gone are among them
  if (noted_.size() > most_noted) {
    noted_.clear();
  }
  for (const auto& [jail, place] : source.positions()) {
    const auto key =
        std::pair(jail, place.path + (place.inode == 0 ? "" : ":" + std::to_string(place.inode)));
    auto& noted = noted_[key];
    if (noted == place) {
      continue;
    }
    noted = place;
    notes_.emplace_back(ledger::Position{names_[jail],
                                         place.path,
                                         place.device,
                                         place.inode,
                                         place.offset,
                                         place.first_line_md5,
                                         place.cursor,
                                         place.at});
  }
}

}  // namespace spranga::daemon
