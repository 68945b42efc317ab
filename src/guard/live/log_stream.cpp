#include "guard/live/log_stream.h"

#include <algorithm>
#include <utility>

namespace spranga::guard {

Result<LogStream> LogStream::make(std::vector<LiveJail*> jails, ban::Instant now, bool scan) {
  LogStream stream;
  stream.jails_ = std::move(jails);
  std::vector<Concern::Jail> concerned;
  for (auto* jail : stream.jails_) {
    const auto settings = jail->matcher().reader_settings();
    const auto same = std::ranges::find_if(stream.readers_, [&](const auto& reader) {
      return same_reading(reader->settings(), settings);
    });
    stream.reader_of_.push_back(static_cast<std::size_t>(same - stream.readers_.begin()));
    if (same == stream.readers_.end()) {
      SPRANGA_TRY(stream.readers_.emplace_back(), LineReader::make(settings, now));
    }
    concerned.push_back({&jail->matcher(), jail->knows_words()});
  }
  stream.dated_.resize(stream.readers_.size());
  stream.told_.resize(stream.jails_.size());
  if (scan && !concerned.empty()) {
    stream.concern_ =
        std::make_unique<Concern>(std::move(concerned), stream.jails_.front()->word_table());
    if (stream.concern_->scanner() == nullptr) {
      stream.concern_.reset();
    }
  }
  return stream;
}

void LogStream::feed(std::string_view raw, ban::Instant now, std::vector<ban::Ban>& bans) {
  bool is_odd = false;
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    dated_[i] = &readers_[i]->read(raw, now);
    is_odd = is_odd || dated_[i]->odd_by || dated_[i]->replaced;
  }
  if (is_odd) {
    tell_oddities(raw, now);
  }
  for (std::size_t place = 0; place < jails_.size(); ++place) {
    give(place, now, bans);
  }
}

/// The line at hand to one jail.
void LogStream::give(std::size_t place, ban::Instant now, std::vector<ban::Ban>& bans) {
  auto& jail = *jails_[place];
  ++told_[place];
  if (jail.idle()) {
    return;
  }
  found_.clear();
  const auto& line = *dated_[reader_of_[place]];
  jail.matcher().feed_line(line, now, found_);
  if (line.undated && !found_.empty()) {
    jail.tell_no_date(line.date_text, line.text, now);
  }
  for (const auto& sighting : found_) {
    jail.on_sighting(sighting, now, bans);
  }
}

void LogStream::open_block(std::string_view lines) {
  block_ = lines;
  begin_ = next_found_ = next_odd_ = 0;
  lines_ = 0;
  std::ranges::fill(told_, 0);
  scanned_.clear();
  if (concern_) {
    concern_->scanner()->scan(block_, scanned_);
  }
}

bool LogStream::feed_next(ban::Instant now, std::vector<ban::Ban>& bans) {
  if (begin_ == block_.size()) {
    settle();
    return false;
  }
  const auto end = concern_ ? scanned_.ends[lines_] : block_.find('\n', begin_);
  auto raw = block_.substr(begin_, end - begin_);
  raw.remove_prefix(std::min(raw.find_first_not_of('\0'), raw.size()));  // a hole in the file
  if (concern_) {
    feed_scanned(raw, now, bans);
  } else {
    feed(raw, now, bans);
  }
  begin_ = end + 1;
  ++lines_;
  return true;
}

/// What the scan found in the line at hand.
LogStream::Words LogStream::next_words() {
  const auto first = next_found_;
  while (next_found_ < scanned_.found.size() && scanned_.found[next_found_].line == lines_) {
    ++next_found_;
  }
  return Words(scanned_.found).subspan(first, next_found_ - first);
}

bool LogStream::is_next_ascii() {
  const auto first = next_odd_;
  while (next_odd_ < scanned_.odd.size() && scanned_.odd[next_odd_] == lines_) {
    ++next_odd_;
  }
  return next_odd_ == first;
}

void LogStream::feed_scanned(std::string_view raw, ban::Instant now, std::vector<ban::Ban>& bans) {
  concern_->look_at(next_words());
  const LineScan scan{&concern_->found(), is_next_ascii(), concern_->wants_pairs()};
  bool certain = true;
  bool is_odd = false;
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    dated_[i] = &readers_[i]->read_scanned(raw, now, scan);
    certain = certain && dated_[i]->words != nullptr;
    is_odd = is_odd || dated_[i]->odd_by || dated_[i]->replaced;
  }
  if (is_odd) {
    tell_oddities(raw, now);
  }
  if (certain && in_operation_) {
    give_concerned(now, bans);
  } else {
    give_or_miss(now, bans);
  }
}

/// Before any jail has the line, as fail2ban logs it.
void LogStream::tell_oddities(std::string_view raw, ban::Instant now) {
  for (std::size_t place = 0; place < jails_.size(); ++place) {
    auto& jail = *jails_[place];
    const auto& line = *dated_[reader_of_[place]];
    if (jail.idle()) {
      continue;
    }
    if (line.replaced && !file_.empty()) {
      jail.tell_undecodable(file_, raw, now);
    }
    if (line.odd_by) {
      jail.tell_odd_date(*line.odd_by, line.text, now);
    }
  }
}

/// In the order of the jails; the others are told of the line when the block ends.
void LogStream::give_concerned(ban::Instant now, std::vector<ban::Ban>& bans) {
  if (concern_->concerned().empty()) {
    return;
  }
  concerned_ = concern_->concerned();
  for (const auto place : concerned_) {
    give(place, now, bans);
  }
}

/// Of lines of the start phase each jail counts which are too old for it.
void LogStream::give_or_miss(ban::Instant now, std::vector<ban::Ban>& bans) {
  for (std::size_t place = 0; place < jails_.size(); ++place) {
    const auto& line = *dated_[reader_of_[place]];
    if (line.words == nullptr || concern_->concerns(place)) {
      give(place, now, bans);
      continue;
    }
    ++told_[place];
    if (!jails_[place]->idle()) {
      jails_[place]->matcher().miss(line, now);
    }
  }
}

/// Tells each jail of the block's lines that did not concern it.
void LogStream::settle() {
  for (std::size_t place = 0; place < jails_.size(); ++place) {
    if (!jails_[place]->idle() && told_[place] < lines_) {
      jails_[place]->matcher().pass(lines_ - told_[place]);
    }
    told_[place] = lines_;
  }
}

void LogStream::feed_entry(std::string_view text,
                           ban::Instant at,
                           ban::Instant now,
                           std::vector<ban::Ban>& bans) {
  LineScan scan;
  if (concern_) {
    concern_->scanner()->scan(text, scanned_);
    concern_->look_at(scanned_.found);
    scan = {&concern_->found(), scanned_.odd.empty(), concern_->wants_pairs()};
    if (in_operation_ && concern_->concerned().empty()) {
      pass_entry();
      return;
    }
  }
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    dated_[i] = &readers_[i]->read_scanned_entry(text, at, scan);
  }
  if (concern_) {
    give_or_miss(now, bans);
    return;
  }
  for (std::size_t place = 0; place < jails_.size(); ++place) {
    give(place, now, bans);
  }
}

void LogStream::pass_entry() {
  for (auto& reader : readers_) {
    reader->pass_entry();
  }
  for (auto* jail : jails_) {
    jail->matcher().pass(jail->idle() ? 0 : 1);
  }
}

void LogStream::end_start_phase() {
  if (std::exchange(in_operation_, true)) {
    return;
  }
  for (auto& reader : readers_) {
    reader->end_start_phase();
  }
  for (auto* jail : jails_) {
    jail->matcher().end_start_phase();
  }
}

}  // namespace spranga::guard
