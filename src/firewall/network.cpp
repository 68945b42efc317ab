#include "firewall/network.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace spranga::firewall {

namespace {

bool bit_of(std::string_view bytes, std::size_t bit) {
  return (static_cast<unsigned char>(bytes[bit / 8]) >> (7 - bit % 8) & 1U) != 0;
}

/// The address with every bit behind the prefix set.
std::string last_of(const Network& network) {
  std::string out(network.base.bytes());
  for (std::size_t bit = network.prefix; bit < out.size() * 8; ++bit) {
    out[bit / 8] = static_cast<char>(static_cast<unsigned char>(out[bit / 8]) | 0x80U >> bit % 8);
  }
  return out;
}

}  // namespace

std::uint8_t full_prefix(net::Family family) {
  return family == net::Family::ipv4 ? 32 : 128;
}

std::optional<net::Address> address_from(std::string_view bytes) {
  return net::Address::from_bytes(bytes);
}

bool is_sound(const Network& network) {
  const auto full = full_prefix(network.base.family());
  if (network.prefix > full) {
    return false;
  }
  for (std::size_t bit = network.prefix; bit < full; ++bit) {
    if (bit_of(network.base.bytes(), bit)) {
      return false;
    }
  }
  return true;
}

bool contains(const Network& network, const net::Address& address) {
  if (network.base.family() != address.family()) {
    return false;
  }
  const auto ours = network.base.bytes();
  const auto theirs = address.bytes();
  const std::size_t whole = network.prefix / 8U;
  const unsigned rest = network.prefix % 8U;
  const bool begins_alike = ours.substr(0, whole) == theirs.substr(0, whole);
  if (!begins_alike || rest == 0) {
    return begins_alike;
  }
  const auto differs = static_cast<unsigned char>(ours[whole] ^ theirs[whole]);
  return differs >> (8U - rest) == 0;
}

bool overlap(const Network& one, const Network& other) {
  return one.prefix <= other.prefix ? contains(one, other.base) : contains(other, one.base);
}

std::optional<std::string> next(std::string bytes) {
  for (auto at = bytes.size(); at > 0; --at) {
    const auto byte = static_cast<unsigned char>(bytes[at - 1]);
    bytes[at - 1] = static_cast<char>(byte + 1U);
    if (byte != 0xff) {
      return bytes;
    }
  }
  return std::nullopt;
}

std::vector<Interval> intervals(std::span<const Network> networks, net::Family family) {
  std::vector<Interval> all;
  for (const auto& network : networks) {
    if (network.base.family() == family) {
      all.push_back({std::string(network.base.bytes()), last_of(network)});
    }
  }
  // std::string compares bytes as unsigned.
  std::ranges::sort(all, {}, &Interval::first);
  std::vector<Interval> out;
  for (auto& interval : all) {
    const auto after = out.empty() ? std::string() : next(out.back().last).value_or("");
    const bool touches = !out.empty() && (after.empty() || interval.first <= after);
    if (touches) {
      out.back().last = std::max(out.back().last, interval.last);
    } else {
      out.push_back(std::move(interval));
    }
  }
  return out;
}

std::string to_string(const Network& network) {
  return network.prefix == full_prefix(network.base.family())
             ? network.base.to_string()
             : fmt::format("{}/{}", network.base.to_string(), network.prefix);
}

}  // namespace spranga::firewall
