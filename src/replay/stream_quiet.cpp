// How a stream passes over the lines that nothing comes of: those that hold no word which a jail
// asks for, and begin so that their date is known without reading it.
#include <algorithm>

#include "guard/dates/line_view.h"
#include "replay/stream.h"

namespace spranga::replay {

/// What the lines begin with that have the date of the line at hand: the longest that a reader
/// asks for, which the others' begin, since they are of the same line. Notes who finds none.
std::string_view Stream::quiet_start(ban::Instant clock) {
  std::string_view start;
  dateless_.clear();
  for (const auto& reader : readers_) {
    const auto one = reader->repeatable(clock);
    if (one.empty()) {
      dateless_.push_back(reader.get());
      continue;
    }
    if (one.back() == '\r' || !std::string_view(one).starts_with(start.substr(0, one.size()))) {
      return {};
    }
    start = one.size() > start.size() ? one : start;
  }
  const auto refuses = [&](const auto* reader) { return reader->refuses(start); };
  return start.empty() || !std::ranges::all_of(dateless_, refuses) ? std::string_view() : start;
}

/// Whether jails that want every line need none that begins so, whatever digits it has where they
/// are free in `minute`.
bool Stream::pass_quiet(std::string_view start, const text::LineStart& minute) const {
  return std::ranges::all_of(concern_->insatiable(), [&](std::size_t place) {
    const auto& reader = *readers_[reader_of_[place]];
    const auto from = is_dateless(reader) ? 0 : reader.repeatable_date();
    const auto text = start.substr(from, minute.empty() ? start.npos : minute.fixed(from));
    return (*all_)[jails_[place]].matcher->passes(text);
  });
}

bool Stream::is_dateless(const guard::LineReader& reader) const {
  return std::ranges::find(dateless_, &reader) != dateless_.end();
}

/// What the lines begin with that are dated in the minute of the line at hand, and as `same` but
/// for some digits. Jails that are to see the last of them would need the date of each.
text::LineStart Stream::start_of_minute(std::string_view same,
                                        ban::Instant clock,
                                        std::optional<ban::Instant> before) const {
  text::LineStart start;
  if (remembers_) {
    return start;
  }
  for (const auto& reader : readers_) {
    if (is_dateless(*reader)) {
      continue;
    }
    const auto one = reader->same_minute(clock, before);
    if (one.empty() || !(start.empty() || start.narrow(one))) {
      return {};
    }
    start = start.empty() ? one : start;
  }
  const auto fixed = same.substr(0, start.fixed());
  const auto refuses = [&](const auto* reader) { return reader->refuses(fixed); };
  return std::ranges::all_of(dateless_, refuses) && pass_quiet(same, start) ? start
                                                                            : text::LineStart();
}

std::uint64_t Stream::skip_quiet(ban::Instant clock,
                                 bool counts,
                                 std::optional<ban::Instant> before) {
  if (concern_ == nullptr || !source_->is_next_quiet(concern_->telling())) {
    return 0;
  }
  const auto same = quiet_start(clock);
  if (same.empty() || !pass_quiet(same, {})) {
    return 0;
  }
  guard::LogSource::LineTest is_quiet;
  if (std::ranges::any_of(dateless_, &guard::LineReader::must_look)) {
    is_quiet = [this](std::string_view line) {
      const auto view = guard::LineView::of_ascii(line);
      return std::ranges::all_of(
          dateless_, [&view](const auto* reader) { return reader->looks_dateless(view); });
    };
  }
  const auto repeated = source_->skip_quiet(same, concern_->telling(), is_quiet);
  if (repeated > 0) {
    pass_over(repeated, clock, counts);
  }
  if (!source_->is_next_quiet(concern_->telling())) {
    return repeated;
  }
  auto start = start_of_minute(same, clock, before);
  const auto later = start.empty() ? 0 : source_->skip_quiet(start, concern_->telling(), is_quiet);
  if (later > 0) {
    pass_minute(later, counts ? std::max(clock, latest_at(start.before_latest())) : clock, start);
  }
  return repeated + later;
}

/// The latest of what readers make of the minute of the line at hand, at this second.
ban::Instant Stream::latest_at(int second) const {
  ban::Instant latest{};
  for (const auto& reader : readers_) {
    latest = is_dateless(*reader) ? latest : std::max(latest, reader->at_second(second));
  }
  return latest;
}

/// `clock`: as it was when the last of them was read.
void Stream::pass_minute(std::uint64_t lines, ban::Instant clock, const text::LineStart& start) {
  number_ += lines;
  std::optional<ban::Instant> first;
  for (auto& reader : readers_) {
    if (is_dateless(*reader)) {
      reader->repeat_dateless(lines, clock);
      continue;
    }
    const auto& last = reader->repeat_in_minute(
        lines, start, source_->passed_over(0), clock, {no_words_.get(), true, false});
    latest_ = first ? std::max(latest_, last.at) : last.at;
    first = first ? first : last.at;
  }
  date_ = first;
}

void Stream::pass_over(std::uint64_t lines, ban::Instant clock, bool counts) {
  number_ += lines;
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    auto& reader = *readers_[i];
    const auto last = std::min<std::uint64_t>(lines, remembered_by(i));
    if (is_dateless(reader)) {
      reader.repeat_dateless(lines - last, clock);
    } else {
      reader.repeat(lines - last, clock);
    }
    remember(i, last, clock, counts);
  }
}

/// How many quiet lines a jail may see later that reads with this reader.
std::size_t Stream::remembered_by(std::size_t reader) const {
  std::size_t most = 0;
  for (const auto place : remembering_[reader]) {
    most = std::max(most, (*all_)[jails_[place]].matcher->remembers());
  }
  return most;
}

/// The last lines that were passed over, to the jails that may see them later.
void Stream::remember(std::size_t reader, std::size_t lines, ban::Instant clock, bool counts) {
  for (auto back = lines; back-- > 0;) {
    const auto& dated = readers_[reader]->read_scanned(
        source_->passed_over(back), clock, {no_words_.get(), true, false});
    for (const auto place : remembering_[reader]) {
      auto& matcher = *(*all_)[jails_[place]].matcher;
      if (counts && back < matcher.remembers()) {
        ++fed_[place];
        matcher.feed_line(dated, clock, nothing_);
      }
    }
  }
}

}  // namespace spranga::replay
