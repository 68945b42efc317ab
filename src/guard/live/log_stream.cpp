#include "guard/live/log_stream.h"

#include <algorithm>
#include <utility>

namespace spranga::guard {

Result<LogStream> LogStream::make(std::vector<LiveJail*> jails, ban::Instant now) {
  LogStream stream;
  stream.jails_ = std::move(jails);
  for (auto* jail : stream.jails_) {
    const auto settings = jail->matcher().reader_settings();
    const auto same = std::ranges::find_if(stream.readers_, [&](const auto& reader) {
      return same_reading(reader->settings(), settings);
    });
    stream.reader_of_.push_back(static_cast<std::size_t>(same - stream.readers_.begin()));
    if (same == stream.readers_.end()) {
      SPRANGA_TRY(stream.readers_.emplace_back(), LineReader::make(settings, now));
    }
  }
  stream.dated_.resize(stream.readers_.size());
  return stream;
}

void LogStream::feed(std::string_view raw, ban::Instant now, std::vector<ban::Ban>& bans) {
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    dated_[i] = &readers_[i]->read(raw, now);
  }
  for (std::size_t i = 0; i < jails_.size(); ++i) {
    if (jails_[i]->idle()) {
      continue;
    }
    found_.clear();
    jails_[i]->matcher().feed_line(*dated_[reader_of_[i]], now, found_);
    judge(*jails_[i], now, bans);
  }
}

void LogStream::feed_entry(std::size_t place,
                           std::string_view text,
                           ban::Instant at,
                           ban::Instant now,
                           std::vector<ban::Ban>& bans) {
  auto& jail = *jails_[place];
  if (jail.idle()) {
    return;
  }
  found_.clear();
  const auto& line = readers_[reader_of_[place]]->read_entry(text, at);
  jail.matcher().feed_line(line, now, found_);
  judge(jail, now, bans);
}

void LogStream::judge(LiveJail& jail, ban::Instant now, std::vector<ban::Ban>& bans) {
  for (const auto& sighting : found_) {
    jail.on_sighting(sighting, now, bans);
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
