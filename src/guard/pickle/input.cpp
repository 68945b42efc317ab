#include "guard/pickle/input.h"

#include <bit>
#include <charconv>

namespace spranga::guard::pickle {

std::optional<std::string_view> Input::take(std::uint64_t count) {
  if (count > left()) {
    return std::nullopt;
  }
  const auto out = all_.substr(at_, static_cast<std::size_t>(count));
  at_ += out.size();
  return out;
}

std::optional<std::uint64_t> Input::number(std::size_t bytes) {
  const auto raw = take(bytes);
  if (!raw) {
    return std::nullopt;
  }
  std::uint64_t out = 0;
  for (std::size_t i = raw->size(); i > 0; --i) {
    out = out << 8U | static_cast<unsigned char>((*raw)[i - 1]);
  }
  return out;
}

std::optional<double> Input::big_endian_double() {
  const auto raw = take(sizeof(double));
  if (!raw) {
    return std::nullopt;
  }
  std::uint64_t out = 0;
  for (const char c : *raw) {
    out = out << 8U | static_cast<unsigned char>(c);
  }
  return std::bit_cast<double>(out);
}

std::optional<std::string_view> Input::line() {
  const auto end = all_.find('\n', at_);
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const auto out = all_.substr(at_, end - at_);
  at_ = end + 1;
  return out;
}

std::optional<std::string_view> Input::counted(std::size_t size) {
  const auto count = number(size);
  return count ? take(*count) : std::nullopt;
}

std::optional<std::int64_t> long_integer(std::string_view bytes) {
  if (bytes.empty()) {
    return 0;
  }
  const bool negative = (static_cast<unsigned char>(bytes.back()) & 0x80U) != 0;
  const char sign = negative ? '\xff' : '\0';
  while (bytes.size() > sizeof(std::int64_t) && bytes.back() == sign) {
    bytes.remove_suffix(1);
  }
  if (bytes.size() > sizeof(std::int64_t)) {
    return std::nullopt;
  }
  std::uint64_t out = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    out = out << 8U | static_cast<unsigned char>(bytes[i - 1]);
  }
  const auto value = static_cast<std::int64_t>(out);
  return (value < 0) == negative ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> decimal(std::string_view text) {
  std::int64_t out = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  return read.ec == std::errc() && read.ptr == end ? std::optional(out) : std::nullopt;
}

}  // namespace spranga::guard::pickle
