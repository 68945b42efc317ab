// Refusals: how texts begin that an expression does not match, whatever follows. Learned from texts
// that it did not match, so that the engine need not be asked about the next that begins so.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace spranga::guard {

class Refusals {
public:
  /// No more bytes of a text are looked at.
  static constexpr std::size_t longest{24};

  [[nodiscard]] bool know(std::string_view text) const {
    return std::ranges::any_of(
        known_, [&](const std::string& one) { return !one.empty() && text.starts_with(one); });
  }

  /// `text` did not match. `refuses(start)`: whether none does that begins with `start`. It costs,
  /// so that not every text is learned from.
  template <class Refuses>
  void learn(std::string_view text, const Refuses& refuses) {
    if (wait_ > 0) {
      --wait_;
      return;
    }
    auto start = text.substr(0, longest);
    start = start.substr(0, ascii_length(start));
    if (start.empty() || !refuses(start)) {
      wait_ = long_wait;
      return;
    }
    wait_ = short_wait;
    std::size_t too_few = 0;
    auto enough = start.size();
    while (enough - too_few > 1) {
      const auto length = (too_few + enough) / 2;
      (refuses(start.substr(0, length)) ? enough : too_few) = length;
    }
    known_.at(next_) = start.substr(0, enough);
    next_ = (next_ + 1) % known_.size();
  }

private:
  static constexpr std::size_t short_wait{16};
  static constexpr std::size_t long_wait{256};
  static constexpr std::size_t most{4};

  [[nodiscard]] static std::size_t ascii_length(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::find_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }) -
        text.begin());
  }

  std::array<std::string, most> known_;
  std::size_t next_{0};
  std::size_t wait_{0};  // texts to be let pass before the next is learned from
};

}  // namespace spranga::guard
