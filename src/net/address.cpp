#include "net/address.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>

#include "base/fd.h"
#include "text/ip_text.h"

namespace spranga::net {

namespace {

constexpr std::size_t ipv4_bytes = 4;
constexpr std::size_t ipv6_bytes = 16;

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  if (const auto bytes = text::parse_ipv4(text)) {
    Address out;
    std::memcpy(out.bytes_.data(), bytes->data(), bytes->size());
    return out;
  }
  if (text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::string plain(text);
  std::uint32_t zone = 0;
  if (const auto percent = plain.find('%'); percent != std::string::npos) {
    zone = if_nametoindex(plain.c_str() + percent + 1);
    if (zone == 0) {
      return std::nullopt;
    }
    plain.resize(percent);
  }
  Address out;
  in6_addr raw{};
  if (inet_pton(AF_INET6, plain.c_str(), &raw) != 1) {
    return std::nullopt;
  }
  if (IN6_IS_ADDR_V4MAPPED(&raw)) {
    std::memcpy(out.bytes_.data(), raw.s6_addr + 12, ipv4_bytes);
    return out;
  }
  out.family_ = Family::ipv6;
  out.zone_ = zone;
  std::memcpy(out.bytes_.data(), &raw, ipv6_bytes);
  return out;
}

std::optional<Address> Address::from_sockaddr(const sockaddr_storage& raw) {
  Address out;
  if (raw.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &raw, sizeof in);
    std::memcpy(out.bytes_.data(), &in.sin_addr, ipv4_bytes);
    return out;
  }
  if (raw.ss_family != AF_INET6) {
    return std::nullopt;
  }
  sockaddr_in6 in6{};
  std::memcpy(&in6, &raw, sizeof in6);
  if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
    std::memcpy(out.bytes_.data(), in6.sin6_addr.s6_addr + 12, ipv4_bytes);
    return out;
  }
  out.family_ = Family::ipv6;
  std::memcpy(out.bytes_.data(), &in6.sin6_addr, ipv6_bytes);
  out.zone_ = in6.sin6_scope_id;
  return out;
}

std::optional<Address> Address::from_bytes(std::string_view bytes) {
  using namespace std::string_view_literals;
  constexpr auto mapped = "\0\0\0\0\0\0\0\0\0\0\xff\xff"sv;
  if (bytes.size() == ipv6_bytes && bytes.starts_with(mapped)) {
    bytes.remove_prefix(mapped.size());
  }
  if (bytes.size() != ipv4_bytes && bytes.size() != ipv6_bytes) {
    return std::nullopt;
  }
  Address out;
  out.family_ = bytes.size() == ipv4_bytes ? Family::ipv4 : Family::ipv6;
  std::memcpy(out.bytes_.data(), bytes.data(), bytes.size());
  return out;
}

std::string_view Address::bytes() const {
  return {bytes_.data(), family_ == Family::ipv4 ? ipv4_bytes : ipv6_bytes};
}

std::string Address::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family_ == Family::ipv4 ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
  std::string out(text.data());
  if (zone_ != 0) {
    std::array<char, IF_NAMESIZE> name{};
    out += '%';
    out += if_indextoname(zone_, name.data()) != nullptr ? std::string(name.data())
                                                         : std::to_string(zone_);
  }
  return out;
}

std::string Address::smtp_literal() const {
  return family_ == Family::ipv4 ? "[" + to_string() + "]" : "[IPv6:" + to_string() + "]";
}

std::string Address::reverse_name() const {
  const auto raw = bytes();
  std::string out;
  for (auto byte = raw.rbegin(); byte != raw.rend(); ++byte) {
    const auto value = static_cast<unsigned char>(*byte);
    out += family_ == Family::ipv4 ? fmt::format("{}.", value)
                                   : fmt::format("{:x}.{:x}.", value & 0x0FU, value >> 4U);
  }
  return out + (family_ == Family::ipv4 ? "in-addr.arpa" : "ip6.arpa");
}

bool Address::is_loopback() const {
  if (family_ == Family::ipv4) {
    return bytes_[0] == 127;
  }
  return bytes() == parse("::1")->bytes();
}

bool Address::is_unspecified() const {
  return bytes().find_first_not_of('\0') == std::string_view::npos;
}

bool Address::is_private() const {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes_.at(i)); };
  if (is_loopback()) {
    return true;
  }
  if (family_ == Family::ipv4) {
    return byte(0) == 10 || (byte(0) == 172 && (byte(1) & 0xF0U) == 16) ||
           (byte(0) == 192 && byte(1) == 168) || (byte(0) == 169 && byte(1) == 254) ||
           (byte(0) == 100 && (byte(1) & 0xC0U) == 64);
  }
  return (byte(0) & 0xFEU) == 0xFC || (byte(0) == 0xFE && (byte(1) & 0xC0U) == 0x80);
}

Address::SocketAddress Address::to_sockaddr(std::uint16_t port) const {
  SocketAddress out;
  if (family_ == Family::ipv4) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    std::memcpy(&in.sin_addr, bytes_.data(), ipv4_bytes);
    std::memcpy(&out.storage, &in, sizeof in);
    out.length = sizeof in;
    return out;
  }
  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  in6.sin6_port = htons(port);
  in6.sin6_scope_id = zone_;
  std::memcpy(&in6.sin6_addr, bytes_.data(), ipv6_bytes);
  std::memcpy(&out.storage, &in6, sizeof in6);
  out.length = sizeof in6;
  return out;
}

std::optional<Address> route_source(const Address& to) {
  const bool v4 = to.family() == Family::ipv4;
  const Fd fd(socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto peer = to.to_sockaddr(9);  // connecting a datagram socket only chooses a route
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own idiom
  if (!fd ||
      connect(fd.get(), reinterpret_cast<const sockaddr*>(&peer.storage), peer.length) != 0) {
    return std::nullopt;
  }
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (getsockname(fd.get(), reinterpret_cast<sockaddr*>(&storage), &length) != 0) {
    return std::nullopt;
  }
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  return Address::from_sockaddr(storage);
}

std::vector<Address> own_addresses() {
  ifaddrs* raw = nullptr;
  if (getifaddrs(&raw) != 0) {
    return {};
  }
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> list(raw, &freeifaddrs);
  std::vector<Address> out;
  for (const auto* entry = list.get(); entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) {
      continue;
    }
    sockaddr_storage storage{};
    const bool v4 = entry->ifa_addr->sa_family == AF_INET;
    if (!v4 && entry->ifa_addr->sa_family != AF_INET6) {
      continue;
    }
    std::memcpy(&storage, entry->ifa_addr, v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    if (auto address = Address::from_sockaddr(storage)) {
      out.push_back(*address);
    }
  }
  return out;
}

}  // namespace spranga::net
