// SHA-1 (RFC 3174), for one thing only: by it fail2ban's database knows a log's first line. The
// column is called firstlinemd5, but under Python 3 fail2ban's own trial of MD5 fails (it hashes
// text, not bytes) and it takes SHA-1. It proves nothing about who wrote the line.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace spranga::guard {

class Sha1 {
public:
  void add(std::string_view bytes);

  /// Of everything that was added, as 40 hexadecimal digits. Nothing can be added after it.
  [[nodiscard]] std::string hex();

private:
  static constexpr std::size_t block_size = 64;

  void take_block();

  std::array<std::uint32_t, 5> state_{
      0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U, 0xc3d2e1f0U};
  std::array<unsigned char, block_size> rest_{};
  std::uint64_t total_{0};
};

[[nodiscard]] std::string sha1_hex(std::string_view bytes);

}  // namespace spranga::guard
