#include "text/ip_text.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "text/ascii.h"

namespace spranga::text {

namespace {

constexpr std::size_t groups = 8;

struct Run {
  std::size_t from{groups};
  std::size_t length{0};
};

/// The longest run of groups that are 0, the first of equals; none that is shorter than two.
Run longest_run(const std::array<unsigned, groups>& all) {
  Run best;
  for (std::size_t at = 0; at < groups;) {
    auto end = at;
    while (end < groups && all.at(end) == 0) {
      ++end;
    }
    if (end - at > std::max<std::size_t>(best.length, 1)) {
      best = {at, end - at};
    }
    at = end + 1;
  }
  return best;
}

template <class Number>
char* write(char* to, Number number, int base) {
  constexpr std::ptrdiff_t most_digits = 4;
  return std::to_chars(to, to + most_digits, number, base).ptr;
}

/// Up to three digits, no "01".
std::optional<unsigned char> octet_at(const char*& at, const char* end) {
  constexpr unsigned highest = 255;
  const auto is_more = [&] { return at != end && is_digit(*at); };
  const auto next = [&] { return static_cast<unsigned>(*at++ - '0'); };
  if (!is_more()) {
    return std::nullopt;
  }
  auto value = next();
  if (value > 0 && is_more()) {
    value = value * 10 + next();
    if (is_more()) {
      value = value * 10 + next();
    }
  }
  return value > highest ? std::nullopt : std::optional(static_cast<unsigned char>(value));
}

}  // namespace

std::optional<Ipv4Bytes> parse_ipv4(std::string_view text) {
  Ipv4Bytes out{};
  const auto* at = text.begin();
  for (auto& byte : out) {
    if (&byte != &out.front() && (at == text.end() || *at++ != '.')) {
      return std::nullopt;
    }
    const auto value = octet_at(at, text.end());
    if (!value) {
      return std::nullopt;
    }
    byte = *value;
  }
  return at == text.end() ? std::optional(out) : std::nullopt;
}

std::string write_ipv6(const Ipv6Bytes& bytes) {
  constexpr std::size_t longest = 45;
  constexpr std::size_t before_ipv4 = 6;
  std::array<unsigned, groups> all{};
  for (std::size_t i = 0; i < groups; ++i) {
    all.at(i) = static_cast<unsigned>(bytes.at(2 * i)) << 8U | bytes.at(2 * i + 1);
  }
  const auto run = longest_run(all);
  const bool holds_ipv4 =
      run.from == 0 && (run.length == before_ipv4 ||
                        (run.length == before_ipv4 - 1 && all.at(before_ipv4 - 1) == 0xFFFF));
  std::array<char, longest + 1> out{};
  auto* to = out.data();
  for (std::size_t i = 0; i < groups;) {
    if (i == run.from) {
      *to++ = ':';
      i += run.length;
      if (i == groups) {
        *to++ = ':';
      }
      continue;
    }
    if (i > 0) {
      *to++ = ':';
    }
    if (i == before_ipv4 && holds_ipv4) {
      for (auto byte = 2 * i; byte < bytes.size(); ++byte) {
        if (byte > 2 * i) {
          *to++ = '.';
        }
        to = write(to, static_cast<unsigned>(bytes.at(byte)), 10);
      }
      break;
    }
    to = write(to, all.at(i++), 16);
  }
  return {out.data(), to};
}

}  // namespace spranga::text
