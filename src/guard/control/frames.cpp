#include "guard/control/frames.h"

#include <algorithm>

namespace spranga::guard::control {

Result<void> RequestFrames::feed(std::string_view bytes) {
  if (from_ > 0) {
    buffer_.erase(0, from_);
    searched_ -= from_;
    from_ = 0;
  }
  buffer_ += bytes;
  if (buffer_.size() <= longest_ + end_marker.size()) {
    return {};
  }
  const auto end = buffer_.find(end_marker, searched_);
  if (end != std::string::npos && end <= longest_) {
    return {};
  }
  return fail(Errc::too_large, "a request of more than " + std::to_string(longest_) + " bytes");
}

std::optional<std::string> RequestFrames::next() {
  const auto end = buffer_.find(end_marker, searched_);
  if (end == std::string::npos) {
    // The terminator may be there in part.
    const auto tail = end_marker.size() - 1;
    searched_ = std::max(from_, buffer_.size() - std::min(buffer_.size(), tail));
    return std::nullopt;
  }
  auto out = buffer_.substr(from_, end - from_);
  from_ = end + end_marker.size();
  searched_ = from_;
  return out;
}

Result<void> ReplyFrame::feed(std::string_view bytes) {
  if (bytes.size() > longest_ - std::min(longest_, buffer_.size())) {
    return fail(Errc::too_large, "a reply of more than " + std::to_string(longest_) + " bytes");
  }
  buffer_ += bytes;
  return {};
}

}  // namespace spranga::guard::control
