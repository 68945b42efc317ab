// The pickle's bytes, read from the front: arguments of opcodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spranga::guard::pickle {

/// Every reader gives nothing where the bytes end before their time or are no such thing.
class Input {
public:
  explicit Input(std::string_view bytes) : all_(bytes) {}

  [[nodiscard]] std::size_t offset() const { return at_; }

  [[nodiscard]] std::size_t left() const { return all_.size() - at_; }

  [[nodiscard]] std::optional<std::string_view> take(std::uint64_t count);

  /// Little-endian, of 1 to 8 bytes.
  [[nodiscard]] std::optional<std::uint64_t> number(std::size_t bytes);

  /// Big-endian IEEE 754.
  [[nodiscard]] std::optional<double> big_endian_double();

  /// Up to the next newline, which is skipped.
  [[nodiscard]] std::optional<std::string_view> line();

  /// As many bytes as the number of `size` bytes before them says.
  [[nodiscard]] std::optional<std::string_view> counted(std::size_t size);

private:
  std::string_view all_;
  std::size_t at_{0};
};

/// Two's complement, little-endian; nothing where it needs more than 64 bits.
[[nodiscard]] std::optional<std::int64_t> long_integer(std::string_view bytes);

/// All of it a decimal number.
[[nodiscard]] std::optional<std::int64_t> decimal(std::string_view text);

}  // namespace spranga::guard::pickle
