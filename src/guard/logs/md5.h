// MD5 (RFC 1321), for one thing only: fail2ban's database knows a log by the MD5 of its first line.
// It proves nothing about who wrote the line.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace spranga::guard {

class Md5 {
public:
  void add(std::string_view bytes);

  /// Of everything that was added, as 32 hexadecimal digits. Nothing can be added after it.
  [[nodiscard]] std::string hex();

private:
  static constexpr std::size_t block_size = 64;

  void take_block(const unsigned char* block);

  std::array<std::uint32_t, 4> state_{0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U};
  std::array<unsigned char, block_size> rest_{};
  std::uint64_t total_{0};
};

[[nodiscard]] std::string md5_hex(std::string_view bytes);

}  // namespace spranga::guard
