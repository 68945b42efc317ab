#include "replay/stream.h"

#include <algorithm>
#include <utility>

namespace spranga::replay {

Result<Stream> Stream::open(std::unique_ptr<guard::LogSource> source,
                            std::string name,
                            std::vector<JailRun>& all,
                            std::vector<std::size_t> jails,
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
  return stream;
}

Result<bool> Stream::advance(ban::Instant clock) {
  SPRANGA_TRY(const auto line, source_->next());
  if (!line) {
    return false;
  }
  line_ = *line;
  ++number_;
  date_line(clock);
  return true;
}

void Stream::date_line(ban::Instant clock) {
  latest_.reset();
  bool is_dated = false;
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    auto& reader = *readers_[i];
    const auto& dated =
        line_.at ? reader.read_entry(line_.text, *line_.at) : reader.read(line_.text, clock);
    dated_[i] = &dated;
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
  if (source_->is_journal()) {
    ++jail.journal_entries;
    if (!jail.journalmatch.wants(*source_)) {
      return;
    }
    ++jail.journal_wanted;
  }
  jail.matcher->feed_line(*dated_[reader_of_[place]], clock, out);
}

}  // namespace spranga::replay
