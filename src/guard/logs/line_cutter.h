// LineCutter: bytes of a growing log to whole lines, under the rules of old_logs/text_source.h: a
// line ends at LF, NULs that it begins with are a hole and are dropped, beyond `longest` it is cut.
// What has no line break yet waits; of a line that is too long only its beginning is kept
// meanwhile.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace spranga::guard {

/// A line ends here, whether or not its break has come.
inline constexpr std::size_t longest_log_line{16U << 20U};

class LineCutter {
public:
  explicit LineCutter(std::uint64_t offset, std::size_t longest = longest_log_line)
      : longest_(longest), line_begins_(offset), end_(offset) {}

  /// `bytes` stand at end(). Calls give(line, offset behind its line break) for each line that is
  /// whole now; the view lives as long as the call.
  template <class Give>
  void feed(std::string_view bytes, const Give& give) {
    while (!bytes.empty()) {
      if (line_begins_ == end_) {
        bytes.remove_prefix(drop_nuls(bytes));
      }
      const auto at = bytes.find('\n');
      if (at == std::string_view::npos) {
        keep(bytes);
        return;
      }
      const auto line = bytes.substr(0, at);
      end_ += at + 1;
      if (end_ - line_begins_ == at + 1) {  // nothing was kept: no copy
        line_begins_ = end_;
        cut_ += line.size() > longest_ ? 1 : 0;
        give(line.substr(0, longest_), end_);
      } else {
        append(line);
        line_begins_ = end_;
        give_kept(give);
      }
      bytes.remove_prefix(at + 1);
    }
  }

  /// What feed() would give now, as one piece: the whole lines at the beginning of `bytes`, which
  /// stand at end(), each with its LF. "" where something waits for its line break, where no line
  /// is whole, and where one may be too long.
  [[nodiscard]] std::string_view whole_lines(std::string_view bytes) const {
    const auto last = bytes.rfind('\n');
    return line_begins_ == end_ && last != std::string_view::npos && last <= longest_
               ? bytes.substr(0, last + 1)
               : std::string_view();
  }

  /// These whole lines were given.
  void pass(std::string_view whole_lines) {
    end_ += whole_lines.size();
    line_begins_ = end_;
  }

  /// Up to the first line break, where something waits for it.
  [[nodiscard]] std::string_view rest_of_line(std::string_view bytes) const {
    return line_begins_ == end_ ? std::string_view() : bytes.substr(0, bytes.find('\n') + 1);
  }

  /// The log will not grow any more: what waits is a line too.
  template <class Give>
  void finish(const Give& give) {
    if (line_begins_ != end_) {
      line_begins_ = end_;
      give_kept(give);
    }
  }

  /// Where the bytes that come next stand.
  [[nodiscard]] std::uint64_t end() const { return end_; }

  /// Behind the last whole line.
  [[nodiscard]] std::uint64_t line_begins() const { return line_begins_; }

  [[nodiscard]] std::uint64_t cut_lines() const { return cut_; }

private:
  std::size_t drop_nuls(std::string_view bytes) {
    const auto count = std::min(bytes.find_first_not_of('\0'), bytes.size());
    end_ += count;
    line_begins_ = end_;
    return count;
  }

  template <class Give>
  void give_kept(const Give& give) {
    give(std::string_view(kept_), end_);
    kept_ = std::string();  // its memory too: there may be many logs
    too_long_ = false;
  }

  void keep(std::string_view bytes) {
    append(bytes);
    end_ += bytes.size();
  }

  void append(std::string_view bytes) {
    const auto room = longest_ - kept_.size();
    if (bytes.size() > room && !too_long_) {
      too_long_ = true;
      ++cut_;
    }
    kept_.append(bytes.substr(0, room));
  }

  std::size_t longest_;
  std::uint64_t line_begins_;
  std::uint64_t end_;
  std::string kept_;  // of [line_begins_, end_) the first `longest_` bytes
  bool too_long_{false};
  std::uint64_t cut_{0};
};

}  // namespace spranga::guard
