#include "app/own_server.h"

#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

namespace spranga::app {

namespace {

constexpr std::string_view listening = "0A";
constexpr std::array mail_ports = {25, 465, 587};

template <class Number>
std::optional<Number> hexadecimal(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                  : std::nullopt;
}

/// The kernel prints each 32-bit word of the address in the host's own order.
std::optional<net::Address> address_of(std::string_view digits) {
  std::array<std::uint32_t, 4> address_words{};
  if (digits.size() != 8 && digits.size() != 32) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < digits.size() / 8; ++i) {
    const auto word = hexadecimal<std::uint32_t>(digits.substr(i * 8, 8));
    if (!word) {
      return std::nullopt;
    }
    address_words.at(i) = *word;
  }
  sockaddr_storage raw{};
  if (digits.size() == 8) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    std::memcpy(&in.sin_addr, address_words.data(), sizeof in.sin_addr);
    std::memcpy(&raw, &in, sizeof in);
  } else {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    std::memcpy(&in.sin6_addr, address_words.data(), sizeof in.sin6_addr);
    std::memcpy(&raw, &in, sizeof in);
  }
  return net::Address::from_sockaddr(raw);
}

std::optional<net::Endpoint> endpoint_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const auto address = address_of(text.substr(0, colon));
  const auto port = hexadecimal<std::uint16_t>(text.substr(colon + 1));
  return address && port ? std::optional(net::Endpoint{*address, *port}) : std::nullopt;
}

bool is_wildcard(const net::Address& address) {
  return std::ranges::all_of(address.bytes(), [](char byte) { return byte == 0; });
}

std::string file_text(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string full_host_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) {
    return "";
  }
  addrinfo hints{};
  hints.ai_flags = AI_CANONNAME;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  std::string name = host.data();
  if (::getaddrinfo(host.data(), nullptr, &hints, &found) == 0) {
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
    name = found->ai_canonname == nullptr ? name : found->ai_canonname;
  }
  return name.find('.') == std::string::npos || name.starts_with("localhost") ? "" : name;
}

}  // namespace

std::vector<net::Endpoint> listeners(std::string_view proc_net_tcp) {
  std::vector<net::Endpoint> found;
  std::istringstream lines{std::string(proc_net_tcp)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string number;
    std::string local;
    std::string remote;
    std::string state;
    fields >> number >> local >> remote >> state;
    if (const auto endpoint = endpoint_of(local); endpoint && state == listening) {
      found.push_back(*endpoint);
    }
  }
  return found;
}

std::optional<net::Address> mail_server_among(const std::vector<net::Endpoint>& listeners) {
  std::optional<net::Address> only;
  for (const auto port : mail_ports) {
    for (const auto& [address, listened] : listeners) {
      if (listened != port) {
        continue;
      }
      if (is_wildcard(address)) {
        // [::] takes IPv4 too on most systems, and the IPv4 loopback is never without an address.
        return net::Address::parse("127.0.0.1");
      }
      if (address.is_loopback()) {
        return address;
      }
      only = only ? only : address;
    }
  }
  return only;
}

std::optional<OwnServer> find_own_server() {
  auto open = listeners(file_text("/proc/net/tcp"));
  std::ranges::copy(listeners(file_text("/proc/net/tcp6")), std::back_inserter(open));
  const auto address = mail_server_among(open);
  if (!address) {
    return std::nullopt;
  }
  return OwnServer{*address, full_host_name()};
}

}  // namespace spranga::app
