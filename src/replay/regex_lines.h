// RawLines: the lines of a file as bytes, for encodings whose line ends are not the byte 0x0A too.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/old_logs/byte_source.h"

namespace spranga::replay {

class RawLines {
public:
  /// `newline` must live as long as this.
  RawLines(std::unique_ptr<guard::ByteSource> source, std::string_view newline);

  /// The next line with its end; lives until the next call. Of a line longer than
  /// guard::longest_line a few bytes more than that are given. Nullopt at the end; a last line
  /// without its end (a carriage return is one there) is not given, as fail2ban does not read it.
  [[nodiscard]] Result<std::optional<std::string_view>> next();

  /// Whether the file ended in a line without its end.
  [[nodiscard]] bool unfinished() const { return unfinished_; }

private:
  [[nodiscard]] Result<bool> fill();
  [[nodiscard]] std::optional<std::string_view> last();

  std::unique_ptr<guard::ByteSource> source_;
  std::string_view newline_;
  std::vector<char> block_;
  std::string buffer_;
  std::size_t begin_{0};    // of what was not given yet
  std::size_t scanned_{0};  // of it, bytes in which no line ends
  bool unfinished_{false};
};

}  // namespace spranga::replay
