#include "guard/old_logs/text_source.h"

#include <algorithm>
#include <cstring>

namespace spranga::guard {

namespace {

constexpr std::size_t one_read = 256UL * 1024;
constexpr std::size_t longest_quiet_line = 64UL * 1024;  // far from where anybody cuts lines

}  // namespace

TextSource::TextSource(std::unique_ptr<ByteSource> bytes, std::size_t longest)
    : bytes_(std::move(bytes)), longest_(longest), buffer_(one_read) {}

Result<std::optional<LogLine>> TextSource::next() {
  if (skipping_) {
    SPRANGA_CHECK(skip_rest_of_line());
  }
  searched_ = begin_;
  while (true) {
    drop_leading_nuls();
    if (const auto length = line_length()) {
      return take(*length, *length + 1);
    }
    searched_ = end_;
    if (end_ - begin_ > longest_) {
      ++cut_;
      skipping_ = true;
      return take(longest_, longest_);
    }
    SPRANGA_TRY(const bool more, read_more());
    if (!more) {
      return begin_ == end_ ? std::optional<LogLine>() : take(end_ - begin_, end_ - begin_);
    }
  }
}

/// Up to the next LF, where that is there and near enough.
std::optional<std::size_t> TextSource::line_length() const {
  const auto* from = buffer_.data() + searched_;
  const auto* found = static_cast<const char*>(std::memchr(from, '\n', end_ - searched_));
  if (found == nullptr) {
    return std::nullopt;
  }
  const auto length = static_cast<std::size_t>(found - buffer_.data()) - begin_;
  return length <= longest_ ? std::optional(length) : std::nullopt;
}

LogLine TextSource::take(std::size_t length, std::size_t with_break) {
  LogLine line{{buffer_.data() + begin_, length}, std::nullopt};
  if (scanner_ != nullptr) {
    find_scanned(line);
  }
  begin_ += with_break;
  return line;
}

/// All whole lines that are there; before `fresh` there is no LF.
void TextSource::scan_more(std::size_t fresh) {
  const auto* last =
      static_cast<const char*>(::memrchr(buffer_.data() + fresh, '\n', end_ - fresh));
  const auto* from = buffer_.data() + begin_;
  const auto length = last == nullptr ? 0 : static_cast<std::size_t>(last - from) + 1;
  scanned_from_ = begin_;
  line_ = next_found_ = next_odd_ = 0;
  scanner_->scan({from, length}, scanned_);
}

bool TextSource::next_scanned(LogLine& line) {
  find_line();
  if (line_ == scanned_.ends.size()) {
    return false;
  }
  const auto end = scanned_from_ + scanned_.ends[line_];
  if (skipping_ || end - begin_ > longest_ || buffer_[begin_] == '\0') {
    return false;
  }
  line.text = {buffer_.data() + begin_, end - begin_};
  line.at.reset();
  tell_scanned(line);
  begin_ = end + 1;
  ++line_;
  return true;
}

std::uint64_t TextSource::skip_quiet(std::string_view start,
                                     const std::vector<bool>& loud,
                                     const LineTest& is_quiet) {
  return skip_while(loud, is_quiet, [&](auto line) { return line.starts_with(start); });
}

std::uint64_t TextSource::skip_quiet(text::LineStart& start,
                                     const std::vector<bool>& loud,
                                     const LineTest& is_quiet) {
  return skip_while(loud, is_quiet, [&](auto line) { return start.take(line); });
}

/// `begins` is asked last, of lines that are quiet otherwise.
template <typename Begins>
std::uint64_t TextSource::skip_while(const std::vector<bool>& loud,
                                     const LineTest& is_quiet,
                                     const Begins& begins) {
  find_line();
  const auto& [ends, found, odd] = scanned_;
  const auto first = line_;
  const auto longest = std::min(longest_, longest_quiet_line);
  while (next_odd_ < odd.size() && odd[next_odd_] < line_) {
    ++next_odd_;
  }
  const auto stop =
      next_odd_ < odd.size() ? std::min<std::size_t>(ends.size(), odd[next_odd_]) : ends.size();
  for (; line_ < stop && !skipping_; ++line_) {
    const auto length = scanned_from_ + ends[line_] - begin_;
    const std::string_view text(buffer_.data() + begin_, length);
    if (length > longest || text.starts_with('\0') || is_loud(loud) ||
        (is_quiet && !is_quiet(text)) || !begins(text)) {
      break;
    }
    begin_ += length + 1;
  }
  return line_ - first;
}

std::string_view TextSource::passed_over(std::size_t back) const {
  const auto line = line_ - 1 - back;
  const auto begin = scanned_from_ + (line == 0 ? 0 : scanned_.ends[line - 1] + std::size_t{1});
  return {buffer_.data() + begin, scanned_from_ + scanned_.ends[line] - begin};
}

/// Whether line line_ holds such a word.
bool TextSource::is_loud(const std::vector<bool>& loud) {
  const auto& found = scanned_.found;
  while (next_found_ < found.size() && found[next_found_].line < line_) {
    ++next_found_;
  }
  for (auto at = next_found_; at < found.size() && found[at].line == line_; ++at) {
    if (loud[found[at].word]) {
      return true;
    }
  }
  return false;
}

/// In which of the scanned lines begin_ stands.
void TextSource::find_line() {
  while (line_ < scanned_.ends.size() && scanned_from_ + scanned_.ends[line_] < begin_) {
    ++line_;
  }
}

/// What the scan found in the line that begins at begin_.
void TextSource::find_scanned(LogLine& line) {
  find_line();
  if (line_ < scanned_.ends.size()) {
    tell_scanned(line);
  }
}

/// What the scan found in line line_.
void TextSource::tell_scanned(LogLine& line) {
  const auto& [ends, found, odd] = scanned_;
  while (next_found_ < found.size() && found[next_found_].line < line_) {
    ++next_found_;
  }
  while (next_odd_ < odd.size() && odd[next_odd_] < line_) {
    ++next_odd_;
  }
  auto behind = next_found_;
  while (behind < found.size() && found[behind].line == line_) {
    ++behind;
  }
  line.scanned = true;
  line.ascii = next_odd_ == odd.size() || odd[next_odd_] != line_;
  line.words = std::span(found).subspan(next_found_, behind - next_found_);
}

Result<bool> TextSource::read_more() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    searched_ -= begin_;
    begin_ = 0;
  }
  if (end_ + one_read > buffer_.size()) {
    buffer_.resize(std::max(2 * buffer_.size(), end_ + one_read));
  }
  SPRANGA_TRY(const auto count, bytes_->read(std::span(buffer_).subspan(end_)));
  const auto fresh = end_;
  end_ += count;
  if (scanner_ != nullptr) {
    scan_more(fresh);
  }
  return count > 0;
}

Result<void> TextSource::skip_rest_of_line() {
  while (true) {
    const auto* from = buffer_.data() + begin_;
    const auto* found = static_cast<const char*>(std::memchr(from, '\n', end_ - begin_));
    if (found != nullptr) {
      begin_ += static_cast<std::size_t>(found - from) + 1;
      skipping_ = false;
      return {};
    }
    begin_ = end_;
    searched_ = end_;
    SPRANGA_TRY(const bool more, read_more());
    if (!more) {
      skipping_ = false;
      return {};
    }
  }
}

void TextSource::drop_leading_nuls() {
  if (begin_ == end_ || buffer_[begin_] != '\0') {
    return;
  }
  const auto first = std::find_if(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                                  buffer_.begin() + static_cast<std::ptrdiff_t>(end_),
                                  [](char c) { return c != '\0'; });
  begin_ = static_cast<std::size_t>(first - buffer_.begin());
  searched_ = std::max(searched_, begin_);
}

}  // namespace spranga::guard
