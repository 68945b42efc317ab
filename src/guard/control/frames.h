// Frames of fail2ban's socket: a message is a pickle and a terminator; a client that is done sends
// a marker instead of a pickle. Bytes in, messages out; no I/O.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace spranga::guard::control {

inline constexpr std::string_view end_marker = "<F2B_END_COMMAND>";
inline constexpr std::string_view close_marker = "<F2B_CLOSE_COMMAND>";

/// The server's side: requests end at the first terminator, wherever it stands.
class RequestFrames {
public:
  explicit RequestFrames(std::size_t longest) : longest_(longest) {}

  /// Errc::too_large: a request is longer than allowed; nothing more can come of this stream.
  [[nodiscard]] Result<void> feed(std::string_view bytes);

  /// The next whole request, without its terminator.
  [[nodiscard]] std::optional<std::string> next();

  /// next() would give one.
  [[nodiscard]] bool has_next() const {
    return buffer_.find(end_marker, searched_) != std::string::npos;
  }

  /// Part of a request is there.
  [[nodiscard]] bool begun() const { return buffer_.size() > from_; }

private:
  std::size_t longest_;
  std::string buffer_;
  std::size_t from_{0};      // of the request that comes next
  std::size_t searched_{0};  // no terminator begins before
};

/// The client's side: a reply is whole when it ends with the terminator, for a reply may quote it.
class ReplyFrame {
public:
  explicit ReplyFrame(std::size_t longest) : longest_(longest) {}

  [[nodiscard]] Result<void> feed(std::string_view bytes);

  [[nodiscard]] bool is_whole() const { return buffer_.ends_with(end_marker); }

  /// Without the terminator; only where it is whole.
  [[nodiscard]] std::string_view reply() const {
    return std::string_view(buffer_).substr(0, buffer_.size() - end_marker.size());
  }

private:
  std::size_t longest_;
  std::string buffer_;
};

}  // namespace spranga::guard::control
