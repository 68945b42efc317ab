#include "daemon/surroundings.h"

#include <netinet/in.h>
#include <utmp.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>

#include "text/ascii.h"

namespace spranga::daemon {

namespace {

using guard::Network;
using net::Address;

constexpr std::size_t largest_file = 4UL << 20U;

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string out;
  char c = 0;
  while (out.size() < largest_file && in.get(c)) {
    out += c;
  }
  return out;
}

template <class OnLine>
void each_line(std::string_view text, const OnLine& on_line) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    on_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::optional<Address> from_ipv4(std::uint32_t network_order) {
  sockaddr_storage raw{};
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_addr.s_addr = network_order;
  std::memcpy(&raw, &in, sizeof in);
  return Address::from_sockaddr(raw);
}

std::optional<Address> from_ipv6(const in6_addr& address) {
  sockaddr_storage raw{};
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_addr = address;
  std::memcpy(&raw, &in, sizeof in);
  return Address::from_sockaddr(raw);
}

template <class Number>
std::optional<Number> hexadecimal(std::string_view digits) {
  Number number{};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return error == std::errc() && end == digits.data() + digits.size() ? std::optional(number)
                                                                      : std::nullopt;
}

/// 32 hexadecimal digits.
std::optional<Address> from_digits(std::string_view digits) {
  in6_addr address{};
  if (digits.size() != 2 * sizeof address) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < sizeof address; ++i) {
    const auto byte = hexadecimal<std::uint8_t>(digits.substr(2 * i, 2));
    if (!byte) {
      return std::nullopt;
    }
    address.s6_addr[i] = *byte;
  }
  return from_ipv6(address);
}

bool is_unspecified(const std::optional<Address>& address) {
  return !address || address->is_unspecified();
}

}  // namespace

std::vector<Address> addresses_in_fib_trie(std::string_view text) {
  std::vector<Address> out;
  std::optional<Address> last;
  each_line(text, [&](std::string_view line) {
    const auto words = text::split_words(line);
    if (words.size() == 2 && words[0] == "|--") {
      last = Address::parse(words[1]);
    } else if (last && line.find("/32 host LOCAL") != std::string_view::npos) {
      if (std::ranges::count(out, *last) == 0) {
        out.push_back(*last);
      }
    }
  });
  return out;
}

std::vector<Address> addresses_in_if_inet6(std::string_view text) {
  std::vector<Address> out;
  each_line(text, [&](std::string_view line) {
    const auto words = text::split_words(line);
    if (const auto address = words.empty() ? std::nullopt : from_digits(words[0])) {
      out.push_back(*address);
    }
  });
  return out;
}

std::vector<Address> gateways_in_route(std::string_view text) {
  std::vector<Address> out;
  each_line(text, [&](std::string_view line) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < line.size();) {
      const auto end = std::min(line.find_first_of("\t ", at), line.size());
      if (end > at) {
        words.push_back(line.substr(at, end - at));
      }
      at = end + 1;
    }
    const auto raw = words.size() > 2 ? hexadecimal<std::uint32_t>(words[2]) : std::nullopt;
    // The kernel prints the word in this machine's order, so it is in the network's as it stands.
    if (const auto address = raw ? from_ipv4(*raw) : std::nullopt; !is_unspecified(address)) {
      out.push_back(*address);
    }
  });
  return out;
}

std::vector<Address> gateways_in_ipv6_route(std::string_view text) {
  std::vector<Address> out;
  constexpr std::size_t next_hop = 4;
  each_line(text, [&](std::string_view line) {
    const auto words = text::split_words(line);
    const auto address = words.size() > next_hop ? from_digits(words[next_hop]) : std::nullopt;
    if (!is_unspecified(address)) {
      out.push_back(*address);
    }
  });
  return out;
}

std::vector<Address> resolvers_in(std::string_view resolv_conf) {
  std::vector<Address> out;
  each_line(resolv_conf, [&](std::string_view line) {
    const auto words = text::split_words(line);
    if (words.size() >= 2 && words[0] == "nameserver") {
      if (const auto address = Address::parse(words[1])) {
        out.push_back(*address);
      }
    }
  });
  return out;
}

std::vector<Address> root_peers_in(std::string_view bytes) {
  std::vector<Address> out;
  for (; bytes.size() >= sizeof(utmp); bytes.remove_prefix(sizeof(utmp))) {
    utmp entry{};
    std::memcpy(&entry, bytes.data(), sizeof entry);
    if (entry.ut_type != USER_PROCESS ||
        std::strncmp(entry.ut_user, "root", sizeof entry.ut_user) != 0) {
      continue;
    }
    // An IPv4 address takes the first word alone.
    const bool is_ipv4 =
        entry.ut_addr_v6[1] == 0 && entry.ut_addr_v6[2] == 0 && entry.ut_addr_v6[3] == 0;
    in6_addr ipv6{};
    std::memcpy(&ipv6, entry.ut_addr_v6, sizeof ipv6);
    const auto address =
        is_ipv4 ? from_ipv4(static_cast<std::uint32_t>(entry.ut_addr_v6[0])) : from_ipv6(ipv6);
    if (!is_unspecified(address)) {
      out.push_back(*address);
    }
  }
  return out;
}

Surroundings Surroundings::look(const std::string& root, const std::vector<Network>& never) {
  Surroundings out;
  const auto proc = root + "/proc/self/net/";
  const auto keep = [&out](const std::vector<Address>& addresses, const std::string& what) {
    for (const auto& address : addresses) {
      out.kept_.push_back({Network::of(address, 128), what});
    }
  };
  for (const auto* loopback : {"127.0.0.0/8", "::1"}) {
    out.kept_.push_back({*Network::parse(loopback), "this machine"});
  }
  out.own_ = addresses_in_fib_trie(text_of(proc + "fib_trie"));
  const auto ipv6 = addresses_in_if_inet6(text_of(proc + "if_inet6"));
  out.own_.insert(out.own_.end(), ipv6.begin(), ipv6.end());
  keep(out.own_, "this machine");
  keep(gateways_in_route(text_of(proc + "route")), "the gateway");
  keep(gateways_in_ipv6_route(text_of(proc + "ipv6_route")), "the gateway");
  keep(resolvers_in(text_of(root + "/etc/resolv.conf")), "the resolver");
  keep(root_peers_in(text_of(root + "/run/utmp")), "where root is logged in from");
  for (const auto& network : never) {
    out.kept_.push_back({network, "on the list never_ban"});
  }
  return out;
}

std::string Surroundings::why_not(const std::string& target) const {
  const auto network = Network::parse(target);
  if (!network) {
    return "";
  }
  constexpr int widest_ipv4 = 16;
  constexpr int widest_ipv6 = 48;
  const bool is_ipv4 = network->base().family() == net::Family::ipv4;
  if (network->prefix() < (is_ipv4 ? widest_ipv4 : widest_ipv6)) {
    return is_ipv4 ? "wider than /16" : "wider than /48";
  }
  for (const auto& kept : kept_) {
    if (kept.network.overlaps(*network)) {
      return kept.what;
    }
  }
  return "";
}

std::vector<Network> Surroundings::all() const {
  std::vector<Network> out;
  for (const auto& kept : kept_) {
    out.push_back(kept.network);
  }
  return out;
}

}  // namespace spranga::daemon
