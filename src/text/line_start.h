// LineStart: how the lines begin that are dated in the same minute as one that was read: as it, but
// for digits, two of which count up as seconds do.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "text/ascii.h"

namespace spranga::text {

/// Whether `text` is as `bytes`, but that it has digits wherever `mask` is 0, where `bytes` is too;
/// elsewhere `mask` is 0xFF. All three are `length` bytes long, eight or more.
[[nodiscard]] inline bool same_but_digits(const char* text,
                                          const char* bytes,
                                          const char* mask,
                                          std::size_t length) {
  using Word = std::uint64_t;
  constexpr Word zeros = 0x3030303030303030;        // of digits only the lower half is left, 0 to 9
  constexpr Word beyond_nine = 0x7676767676767676;  // makes the highest bit of what is more
  constexpr Word highest_bits = 0x8080808080808080;
  const auto differs = [&](std::size_t at) {
    Word is = 0;
    Word was = 0;
    Word fixed = 0;
    std::memcpy(&is, text + at, sizeof is);
    std::memcpy(&was, bytes + at, sizeof was);
    std::memcpy(&fixed, mask + at, sizeof fixed);
    const Word digits = (is ^ zeros) & ~fixed;
    return ((is & fixed) ^ was) | (((digits + beyond_nine) | digits) & highest_bits);
  };
  const auto last = length - sizeof(Word);
  Word difference = differs(last);
  for (std::size_t at = 0; at < last; at += sizeof(Word)) {
    difference |= differs(at);
  }
  return difference == 0;
}

class LineStart {
public:
  static constexpr std::size_t shortest = sizeof(std::uint64_t);
  static constexpr std::size_t longest = 80;

  /// No line begins so.
  LineStart() = default;

  /// Lines begin with `text`, until digits are let free; where that is too short or too long, none
  /// does.
  explicit LineStart(std::string_view text) {
    if (text.size() < shortest || text.size() > longest) {
      return;
    }
    size_ = text.size();
    mask_.fill('\xFF');
    std::memcpy(bytes_.data(), text.data(), size_);
    last_ = bytes_;
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }

  [[nodiscard]] std::size_t size() const { return size_; }

  /// Lines may have any `count` digits from `at` on.
  void free_digits(std::size_t at, std::size_t count) {
    for (auto i = at; i < at + count; ++i) {
      bytes_.at(i) = mask_.at(i) = '\0';
    }
  }

  /// The two digits at `at` are a number from `latest` to `most`, and never less than in the line
  /// before.
  void let_rise(std::size_t at, int latest, int most) {
    free_digits(at, 2);
    rises_at_ = at;
    latest_ = before_ = latest;
    most_ = most;
  }

  /// From here on lines take only what `other` takes too; false: nothing was done, for they differ
  /// in more than that one of them is longer, or lets its number rise further.
  [[nodiscard]] bool narrow(const LineStart& other) {
    const auto common = std::min(size_, other.size_);
    if (rises_at_ != other.rises_at_ || latest_ != other.latest_ || before_ != other.before_ ||
        std::memcmp(bytes_.data(), other.bytes_.data(), common) != 0 ||
        std::memcmp(mask_.data(), other.mask_.data(), common) != 0) {
      return false;
    }
    const auto most = std::min(most_, other.most_);
    *this = other.size_ > size_ ? other : *this;
    most_ = most;
    return true;
  }

  /// How many bytes from `from` on, which is within it, stand before the next digit that is free.
  [[nodiscard]] std::size_t fixed(std::size_t from = 0) const {
    const auto* const begin = mask_.begin() + std::min(from, size_);
    return static_cast<std::size_t>(std::find(begin, mask_.begin() + size_, '\0') - begin);
  }

  /// Whether `line` begins so; then the next line's number is no less than this one's.
  [[nodiscard]] bool take(std::string_view line) {
    if (size_ == 0 || line.size() < size_) {
      return false;
    }
    if (std::memcmp(line.data(), last_.data(), size_) == 0) {
      before_ = latest_;
      return true;
    }
    return most_ >= 0 && take_other(line.data());
  }

  /// The number in the last line that was taken, and in the one before it.
  [[nodiscard]] int latest() const { return latest_; }

  [[nodiscard]] int before_latest() const { return before_; }

private:
  [[nodiscard]] bool take_other(const char* line) {
    const int number = (line[rises_at_] - '0') * 10 + (line[rises_at_ + 1] - '0');
    if (number < latest_ || number > most_ ||
        !same_but_digits(line, bytes_.data(), mask_.data(), size_)) {
      return false;
    }
    std::memcpy(last_.data(), line, size_);
    before_ = latest_;
    latest_ = number;
    return true;
  }

  std::size_t size_{0};
  std::array<char, longest> last_{};  // of the line that was taken last
  std::array<char, longest> bytes_{};
  std::array<char, longest> mask_{};
  std::size_t rises_at_{0};
  int latest_{0};
  int before_{0};
  int most_{-1};  // no number rises
};

}  // namespace spranga::text
