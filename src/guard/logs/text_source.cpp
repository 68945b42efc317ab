#include "guard/logs/text_source.h"

#include <algorithm>
#include <cstring>

namespace spranga::guard {

namespace {

constexpr std::size_t one_read = 256UL * 1024;

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
  const LogLine line{{buffer_.data() + begin_, length}, std::nullopt};
  begin_ += with_break;
  return line;
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
  end_ += count;
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
