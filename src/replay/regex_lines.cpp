#include "replay/regex_lines.h"

#include <algorithm>

#include "guard/match/decoder.h"
#include "guard/match/line_reader.h"

namespace spranga::replay {

namespace {

/// Enough to show that a line is too long, whatever the width of a character.
constexpr std::size_t most_kept = guard::longest_line + 64;

}  // namespace

RawLines::RawLines(std::unique_ptr<guard::ByteSource> source, std::string_view newline)
    : source_(std::move(source)), newline_(newline), block_(256U << 10U) {}

Result<std::optional<std::string_view>> RawLines::next() {
  while (true) {
    const auto rest = std::string_view(buffer_).substr(begin_);
    const auto end = guard::end_of_line(rest.substr(scanned_), newline_);
    if (end != std::string_view::npos) {
      const auto line = rest.substr(0, scanned_ + end);
      begin_ += line.size();
      scanned_ = 0;
      return line;
    }
    scanned_ = rest.size() - rest.size() % newline_.size();
    SPRANGA_TRY(const bool more, fill());
    if (!more) {
      return last();
    }
  }
}

/// At the file's end a line is whole with its carriage return alone.
std::optional<std::string_view> RawLines::last() {
  std::string carriage_return(newline_);
  std::ranges::replace(carriage_return, '\n', '\r');
  const auto rest = std::string_view(buffer_).substr(begin_);
  if (rest.size() % newline_.size() == 0 && rest.ends_with(carriage_return)) {
    begin_ = buffer_.size();
    scanned_ = 0;
    return rest;
  }
  unfinished_ = !rest.empty();
  return std::nullopt;
}

/// Reads more behind what is left; of a line that is too long the middle is thrown away.
Result<bool> RawLines::fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  if (buffer_.size() > most_kept) {
    const auto kept = most_kept - most_kept % newline_.size();
    buffer_.erase(kept, (buffer_.size() - kept) / newline_.size() * newline_.size());
    scanned_ = std::min(scanned_, kept);
  }
  SPRANGA_TRY(const auto count, source_->read(block_));
  buffer_.append(block_.data(), count);
  return count > 0;
}

}  // namespace spranga::replay
