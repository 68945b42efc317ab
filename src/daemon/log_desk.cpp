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

void LogDesk::forget_streams() {
  streams_.clear();
  journal_streams_.clear();
  last_of_journal_ = nullptr;
}

/// The jails of a path change only with the configuration; a file that a second jail has found
/// later gets a new stream.
LogDesk::Stream* LogDesk::stream_of(const std::string& path, std::span<const std::size_t> numbers) {
  auto& slot = streams_[path];
  if (!slot || !std::ranges::equal(slot->jails, numbers)) {
    slot = make_stream(path, numbers);
    if (slot) {
      slot->stream.set_file(path);
    }
  }
  return slot.get();
}

/// Each entry of the journal has jails of its own.
LogDesk::Stream* LogDesk::stream_of_journal(std::span<const std::size_t> numbers) {
  constexpr std::size_t most_sets = 1000;
  if (last_of_journal_ != nullptr && std::ranges::equal(last_of_journal_->jails, numbers)) {
    return last_of_journal_;
  }
  if (journal_streams_.size() > most_sets) {
    journal_streams_.clear();
  }
  auto& slot = journal_streams_[{numbers.begin(), numbers.end()}];
  if (!slot) {
    slot = make_stream("the journal", numbers);
  }
  return last_of_journal_ = slot.get();
}

/// nullptr: said why.
std::unique_ptr<LogDesk::Stream> LogDesk::make_stream(const std::string& of,
                                                      std::span<const std::size_t> numbers) {
  std::vector<guard::LiveJail*> jails;
  for (const auto number : numbers) {
    if (auto* jail = guard_.find(names_[number])) {
      jails.push_back(jail);
    }
  }
  auto stream = guard::LogStream::make(std::move(jails), now_);
  if (!stream) {
    log_.write(guard::Level::error, "filter", of + ": " + stream.error().detail);
    return nullptr;
  }
  auto out = std::make_unique<Stream>(Stream{*std::move(stream), {numbers.begin(), numbers.end()}});
  end_start_phase(*out);
  return out;
}

/// Where it is over for all jails.
void LogDesk::end_start_phase(Stream& stream) const {
  if (std::ranges::all_of(stream.jails,
                          [&](auto number) { return in_operation_.contains(number); })) {
    stream.stream.end_start_phase();
  }
}

/// After lines were read, and before they are judged: a line that was written while this process
/// had to wait must not seem to be of the future, or it would lose its time.
void LogDesk::look_at_the_clock() {
  now_ = std::chrono::time_point_cast<ban::Instant::duration>(clock_.wall());
}

void LogDesk::on_line(const guard::LiveLine& line) {
  ++lines_;
  look_at_the_clock();
  auto* found = line.at ? stream_of_journal(line.jails) : stream_of(line.after.path, line.jails);
  if (found == nullptr) {
    return;
  }
  if (line.at) {
    guard_.on_entry(found->stream, line.text, *line.at, now_);
  } else {
    guard_.on_line(found->stream, line.text, now_);
  }
}

void LogDesk::on_block(const guard::LiveBlock& block) {
  look_at_the_clock();
  if (auto* found = stream_of(block.after.path, block.jails)) {
    lines_ += guard_.on_block(found->stream, block.lines, now_);
  }
}

void LogDesk::on_end(std::span<const std::size_t> jails) {
  in_operation_.insert(jails.begin(), jails.end());
  for (auto& [path, stream] : streams_) {
    if (stream) {
      end_start_phase(*stream);
    }
  }
  for (auto& [numbers, stream] : journal_streams_) {
    if (stream) {
      end_start_phase(*stream);
    }
  }
}

void LogDesk::on_note(const guard::LiveNote& note) {
  lost_ += note.event == guard::LiveEvent::lost ? 1 : 0;
  suppressed_ += note.event == guard::LiveEvent::suppressed ? note.count : 0;
  found_ = found_ || note.event == guard::LiveEvent::found;
  log_.write(level_of(note.event), "filter", note.text);
}

void LogDesk::note_positions(const guard::LiveSource& source, bool all) {
  if (!all && notes_.empty()) {
    return;
  }
  constexpr std::size_t most_noted = 10'000;  // files that have gone are among them
  if (noted_.size() > most_noted) {
    noted_.clear();
  }
  for (const auto& [jail, place] : source.positions()) {
    if (!all && !notes_.jails().contains(names_[jail])) {
      continue;
    }
    const auto key =
        std::pair(jail, place.path + (place.inode == 0 ? "" : ":" + std::to_string(place.inode)));
    auto& noted = noted_[key];
    if (noted == place) {
      continue;
    }
    noted = place;
    const bool is_file = !place.path.empty();
    notes_.add(ledger::Position{
        names_[jail],
        place.path,
        place.device,
        place.inode,
        place.offset,
        place.first_line_md5,
        place.cursor,
        is_file ? std::chrono::time_point_cast<ban::Instant::duration>(clock_.wall()) : place.at});
  }
}

}  // namespace spranga::daemon
