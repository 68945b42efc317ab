#include "replay/stream.h"

#include <algorithm>
#include <utility>

#include "guard/old_logs/journal_source.h"

namespace spranga::replay {

Stream::Wanted Stream::wanted_by(std::vector<JailRun>& jails) {
  Wanted wanted;
  for (auto& jail : jails) {
    wanted.knows.push_back(jail.matcher->number_words(wanted.words));
  }
  return wanted;
}

Result<Stream> Stream::open(std::unique_ptr<guard::LogSource> source,
                            std::string name,
                            std::vector<JailRun>& all,
                            std::vector<std::size_t> jails,
                            const Wanted& wanted,
                            ban::Instant today) {
  Stream stream(std::move(source), std::move(name), all, std::move(jails));
  for (const auto jail : stream.jails_) {
    const auto settings = all[jail].matcher->reader_settings();
    const auto same = std::ranges::find_if(stream.readers_, [&](const auto& reader) {
      return guard::same_reading(reader->settings(), settings);
    });
    stream.reader_of_.push_back(static_cast<std::size_t>(same - stream.readers_.begin()));
    if (same == stream.readers_.end()) {
      SPRANGA_TRY(stream.readers_.emplace_back(), guard::LineReader::make(settings, today));
    }
  }
  stream.dated_.resize(stream.readers_.size());
  stream.pairs_too_.resize(stream.readers_.size());
  stream.remembering_.resize(stream.readers_.size());
  if (!stream.source_->is_journal()) {
    stream.look_for(wanted);
  }
  return stream;
}

/// A scan for the words of those jails that know some.
void Stream::look_for(const Wanted& wanted) {
  std::vector<guard::Concern::Jail> jails;
  for (std::size_t place = 0; place < jails_.size(); ++place) {
    const bool knows = wanted.knows[jails_[place]];
    jails.push_back({(*all_)[jails_[place]].matcher.get(), knows});
    const auto& matcher = *(*all_)[jails_[place]].matcher;
    pairs_too_[reader_of_[place]] = pairs_too_[reader_of_[place]] || !matcher.knows_words();
    if (!knows && matcher.remembers() > 0) {
      remembering_[reader_of_[place]].push_back(place);
      remembers_ = true;
    }
  }
  no_words_ = std::make_unique<guard::FoundWords>(wanted.words);
  auto concern = std::make_unique<guard::Concern>(std::move(jails), wanted.words);
  if (concern->scanner() != nullptr) {
    concern_ = std::move(concern);
    source_->scan_with(*concern_->scanner());
  }
}

/// Which jails the line at hand may concern, by the words that it holds.
void Stream::find_concerned() {
  concerns_all_ = !line_.scanned;
  if (!concerns_all_) {
    concern_->look_at(line_.words);
  }
}

Result<bool> Stream::advance(ban::Instant clock) {
  if (!source_->next_scanned(line_)) {
    SPRANGA_TRY(const auto line, source_->next());
    if (!line) {
      settle();
      return false;
    }
    line_ = *line;
  }
  ++number_;
  find_concerned();
  date_line(clock);
  return true;
}

void Stream::settle() {
  for (std::size_t place = 0; place < jails_.size(); ++place) {
    (*all_)[jails_[place]].matcher->pass(counted_ - std::exchange(fed_[place], 0));
  }
  counted_ = 0;
}

void Stream::date_line(ban::Instant clock) {
  latest_.reset();
  bool is_dated = false;
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    auto& reader = *readers_[i];
    const guard::LineScan scan =
        line_.scanned ? guard::LineScan{&concern_->found(), line_.ascii, pairs_too_[i]}
                      : guard::LineScan{};
    const auto& dated = line_.at ? reader.read_entry(line_.text, *line_.at)
                                 : reader.read_scanned(line_.text, clock, scan);
    dated_[i] = &dated;
    concerns_all_ = concerns_all_ || dated.words == nullptr;
    if (!dated.at || dated.undated) {
      continue;
    }
    date_ = is_dated ? date_ : dated.at;
    is_dated = true;
    latest_ = latest_ ? std::max(*latest_, *dated.at) : *dated.at;
  }
}

void Stream::feed(std::size_t place, ban::Instant clock, std::vector<ban::Sighting>& out) {
  auto& jail = (*all_)[jails_[place]];
  ++fed_[place];
  if (source_->is_journal()) {
    ++jail.journal_entries;
    if (!guard::wants(jail.journalmatch, *source_)) {
      return;
    }
    ++jail.journal_wanted;
  }
  jail.matcher->feed_line(*dated_[reader_of_[place]], clock, out);
}

}  // namespace spranga::replay
