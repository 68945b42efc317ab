#include "guard/match/source_id.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "text/ip_text.h"

namespace spranga::guard {

namespace {

struct Bits {
  int family{AF_UNSPEC};
  std::array<unsigned char, 16> bytes{};

  [[nodiscard]] int length() const { return family == AF_INET ? 32 : 128; }
};

std::optional<Bits> parse(std::string_view text, int family) {
  if (family == AF_INET) {
    const auto bytes = text::parse_ipv4(text);
    Bits bits{AF_INET};
    if (bytes) {
      std::ranges::copy(*bytes, bits.bytes.begin());
    }
    return bytes ? std::optional(bits) : std::nullopt;
  }
  std::array<char, INET6_ADDRSTRLEN + 1> buffer{};
  if (text.size() >= buffer.size() || text.find('\0') != std::string_view::npos) {
    return {};
  }
  std::memcpy(buffer.data(), text.data(), text.size());
  Bits bits;
  bits.family = family;
  if (::inet_pton(family, buffer.data(), bits.bytes.data()) != 1) {
    return {};
  }
  return bits;
}

std::optional<Bits> parse_any(std::string_view text) {
  auto bits = parse(text, AF_INET);
  return bits ? bits : parse(text, AF_INET6);
}

void clear_host_bits(Bits& bits, int prefix) {
  for (int bit = prefix; bit < bits.length(); ++bit) {
    auto& byte = bits.bytes[static_cast<std::size_t>(bit) / 8];
    byte = static_cast<unsigned char>(byte & ~(0x80U >> (static_cast<unsigned>(bit) % 8)));
  }
}

/// "::ffff:192.0.2.1" is IPv4.
void fold(Bits& bits) {
  constexpr std::array<unsigned char, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (bits.family == AF_INET6 && std::equal(mapped.begin(), mapped.end(), bits.bytes.begin())) {
    std::copy(bits.bytes.begin() + 12, bits.bytes.end(), bits.bytes.begin());
    bits.family = AF_INET;
  }
}

std::string written(const Bits& bits, std::optional<int> prefix) {
  auto out =
      bits.family == AF_INET
          ? fmt::format("{}.{}.{}.{}", bits.bytes[0], bits.bytes[1], bits.bytes[2], bits.bytes[3])
          : text::write_ipv6(bits.bytes);
  if (prefix && *prefix > 0 && *prefix < bits.length()) {
    out += fmt::format("/{}", *prefix);
  }
  return out;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0
             ? std::optional(value)
             : std::nullopt;
}

/// The length of a mask's run of ones; nothing where it is no mask.
std::optional<int> mask_length(const Bits& mask) {
  int ones = 0;
  bool ended = false;
  for (int bit = 0; bit < mask.length(); ++bit) {
    const auto byte = mask.bytes[static_cast<std::size_t>(bit) / 8];
    const bool one = ((byte >> (7 - bit % 8)) & 1) != 0;
    if (one && ended) {
      return {};
    }
    ended = ended || !one;
    ones += one ? 1 : 0;
  }
  return ones;
}

/// "192.0.2.0/24", "192.0.2.0/255.255.255.0", "[2001:db8::]/32"; nothing where the part behind the
/// slash makes no sense.
std::optional<int> prefix_of(std::string_view& text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    return {};
  }
  const auto behind = text.substr(slash + 1);
  const auto mask =
      behind.find_first_of(".:") == std::string_view::npos ? std::nullopt : parse_any(behind);
  const auto prefix = mask ? mask_length(*mask) : number(behind);
  if (prefix) {
    text = text.substr(0, slash);
  }
  return prefix;
}

/// As Python quotes text.
std::string quoted(std::string_view text) {
  const bool single = text.find('\'') == std::string_view::npos;
  const char quote = !single && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n' || c == '\r' || c == '\t') {
      out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + quote;
}

}  // namespace

std::string canonical_id(std::string_view text, IdKind kind, std::optional<int> prefix) {
  if (kind == IdKind::raw) {
    return std::string(text);
  }
  auto rest = text;
  if (kind == IdKind::guess) {
    if (rest.size() > 2 && rest.front() == '[' && rest.back() == ']') {
      rest = rest.substr(1, rest.size() - 2);
    }
    prefix = prefix_of(rest);
  }
  const bool any = kind == IdKind::guess || prefix.has_value();
  auto bits = any ? parse_any(rest) : parse(rest, kind == IdKind::ipv4 ? AF_INET : AF_INET6);
  if (!bits) {
    return std::string(kind == IdKind::guess ? rest : text);
  }
  if (bits->family == AF_INET && !prefix) {
    return std::string(rest);  // inet_pton() takes no other spelling
  }
  if (prefix) {
    clear_host_bits(*bits, *prefix);
  } else {
    fold(*bits);
  }
  return written(*bits, prefix);
}

std::optional<int> prefix_length(std::string_view cidr) {
  return number(cidr);
}

std::optional<std::string> plain_address(std::string_view text) {
  return parse(text, AF_INET) ? std::optional<std::string>(text) : std::nullopt;
}

std::string tuple_id(const std::vector<std::optional<std::string>>& parts) {
  std::string out = "(";
  for (const auto& part : parts) {
    out += out.size() > 1 ? ", " : "";
    out += part ? quoted(*part) : "None";
  }
  return out + ")";
}

}  // namespace spranga::guard
