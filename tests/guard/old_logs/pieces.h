// For tests of who reads bytes: a source of some that are made up.
#pragma once

#include <algorithm>
#include <string>

#include "guard/old_logs/byte_source.h"

namespace spranga::guard {

/// Gives the bytes in pieces of one size, and an error at the end if asked.
class Pieces : public ByteSource {
public:
  Pieces(std::string bytes, std::size_t piece, bool damaged = false)
      : bytes_(std::move(bytes)), piece_(piece), damaged_(damaged) {}

  Result<std::size_t> read(std::span<char> into) override {
    const auto count = std::min({piece_, into.size(), bytes_.size() - given_});
    if (count == 0 && damaged_) {
      return fail(Errc::malformed, "damaged");
    }
    std::copy_n(bytes_.data() + given_, count, into.data());
    given_ += count;
    return count;
  }

  [[nodiscard]] LogProgress progress() const override { return {given_, bytes_.size()}; }

private:
  std::string bytes_;
  std::size_t piece_;
  std::size_t given_{0};
  bool damaged_;
};

}  // namespace spranga::guard
