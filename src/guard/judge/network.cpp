#include "guard/judge/network.h"

#include <netinet/in.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

namespace spranga::guard {

namespace {

constexpr int byte_bits = 8;
constexpr int mapped_bits = 96;  // of ::ffff:0:0/96, which net::Address folds to IPv4

int bits_of(const net::Address& address) {
  return static_cast<int>(address.bytes().size()) * byte_bits;
}

/// The mask that is left of byte number `index`.
unsigned char mask_byte(int prefix, int index) {
  const auto bits = std::clamp(prefix - index * byte_bits, 0, byte_bits);
  return static_cast<unsigned char>(0xFF00U >> bits);
}

net::Address masked(const net::Address& address, int prefix) {
  auto raw = address.to_sockaddr(0).storage;
  const auto apply = [prefix](auto& bytes) {
    for (int i = 0; i < static_cast<int>(sizeof bytes); ++i) {
      auto* at = reinterpret_cast<unsigned char*>(&bytes) + i;  // NOLINT: a socket address's bytes
      *at = *at & mask_byte(prefix, i);
    }
  };
  if (address.family() == net::Family::ipv4) {
    sockaddr_in in{};
    std::memcpy(&in, &raw, sizeof in);
    apply(in.sin_addr);
    std::memcpy(&raw, &in, sizeof in);
  } else {
    sockaddr_in6 in6{};
    std::memcpy(&in6, &raw, sizeof in6);
    apply(in6.sin6_addr);
    std::memcpy(&raw, &in6, sizeof in6);
  }
  return net::Address::from_sockaddr(raw).value_or(address);
}

/// "255.255.255.0" is 24; nullopt where the ones do not stand together.
std::optional<int> prefix_of_mask(const net::Address& mask) {
  int prefix = 0;
  bool ended = false;
  for (const char c : mask.bytes()) {
    const auto byte = static_cast<unsigned char>(c);
    const auto ones = std::countl_one(byte);
    if ((ended && byte != 0) || std::popcount(byte) != ones) {
      return std::nullopt;
    }
    prefix += ones;
    ended = ended || ones < byte_bits;
  }
  return prefix;
}

std::optional<int> parse_prefix(std::string_view text) {
  if (text.find_first_of(".:") != std::string_view::npos) {
    const auto mask = net::Address::parse(text);
    return mask ? prefix_of_mask(*mask) : std::nullopt;
  }
  int prefix = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), prefix);
  const bool all = error == std::errc() && end == text.data() + text.size();
  return all ? std::optional(prefix) : std::nullopt;
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto host = text.substr(0, slash);
  const auto address = net::Address::parse(host);
  if (!address) {
    return std::nullopt;
  }
  if (slash == std::string_view::npos) {
    return of(*address, bits_of(*address));
  }
  auto prefix = parse_prefix(text.substr(slash + 1));
  if (prefix && address->family() == net::Family::ipv4 &&
      host.find(':') != std::string_view::npos) {
    *prefix -= mapped_bits;
  }
  if (!prefix || *prefix < 0 || *prefix > bits_of(*address)) {
    return std::nullopt;
  }
  return of(*address, *prefix);
}

Network Network::of(const net::Address& address, int prefix) {
  const auto length = std::clamp(prefix, 0, bits_of(address));
  return {length == bits_of(address) ? address : masked(address, length), length};
}

bool Network::contains(const net::Address& address) const {
  if (address.family() != base_.family()) {
    return false;
  }
  const auto mine = base_.bytes();
  const auto other = address.bytes();
  for (int i = 0; i * byte_bits < prefix_; ++i) {
    const auto place = static_cast<std::size_t>(i);
    if (((mine[place] ^ other[place]) & mask_byte(prefix_, i)) != 0) {
      return false;
    }
  }
  return true;
}

bool Network::overlaps(const Network& other) const {
  return prefix_ <= other.prefix_ ? contains(other.base_) : other.contains(base_);
}

bool Network::is_single() const {
  return prefix_ == bits_of(base_);
}

std::string Network::to_string() const {
  auto text = base_.to_string();
  return is_single() ? text : text + "/" + std::to_string(prefix_);
}

}  // namespace spranga::guard
