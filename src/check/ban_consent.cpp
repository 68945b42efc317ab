#include "check/ban_consent.h"

#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "check/big_providers.h"
#include "check/target.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

using words::say;
using words::Word;

/// Address of a row of /proc/net/route whose destination is 0.0.0.0: hexadecimal, as the machine
/// stores it.
std::optional<net::Address> ipv4_gateway(const std::string& line) {
  const auto fields = text::split_words(line);
  std::uint32_t value = 0;
  if (fields.size() < 3 || fields[1] != "00000000") {
    return std::nullopt;
  }
  const auto hex = fields[2];
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (error != std::errc() || end != hex.data() + hex.size() || value == 0) {
    return std::nullopt;
  }
  sockaddr_storage raw{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own idiom
  auto& v4 = reinterpret_cast<sockaddr_in&>(raw);
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = value;
  return net::Address::from_sockaddr(raw);
}

/// Of a row of /proc/net/ipv6_route whose destination is ::/0: 32 hexadecimal digits.
std::optional<net::Address> ipv6_gateway(const std::string& line) {
  constexpr std::size_t digits = 32;
  const auto fields = text::split_words(line);
  if (fields.size() < 5 || fields[1] != "00" || fields[4].size() != digits ||
      fields[4].find_first_not_of('0') == std::string_view::npos) {
    return std::nullopt;
  }
  std::string written;
  for (std::size_t i = 0; i < digits; i += 4) {
    written.append(i == 0 ? "" : ":").append(fields[4].substr(i, 4));
  }
  return net::Address::parse(written);
}

template <class Read>
void add_gateways(const char* file, Read read, std::vector<net::Address>& out) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (const auto gateway = read(line)) {
      out.push_back(*gateway);
    }
  }
}

Failure provider_refused(const std::string& name, std::string_view provider) {
  return fail(Errc::denied, say(Word::g1_provider, {name, std::string(provider)}));
}

Result<void> no_provider(const TargetPlan& plan, const World& world, SteadyTime deadline) {
  for (const auto& host : plan.hosts) {
    if (const auto provider = big_provider(host.host); !provider.empty()) {
      return provider_refused(host.host, provider);
    }
    for (const auto& address : host.addresses) {
      const auto names = world.resolver.names_of(address, deadline);
      for (const auto& name : names.value_or(std::vector<std::string>{})) {
        if (const auto provider = big_provider(name); !provider.empty()) {
          return provider_refused(name, provider);
        }
      }
    }
  }
  return {};
}

Result<void> no_own_foot(const TargetPlan& plan, const std::vector<net::Address>& ways_in) {
  const auto own = net::own_addresses();
  for (const auto& host : plan.hosts) {
    for (const auto& address : host.addresses) {
      if (address.is_loopback() || address.is_unspecified() ||
          std::ranges::find(own, address) != own.end()) {
        return fail(Errc::denied, say(Word::own_loopback, {address.to_string()}));
      }
      if (std::ranges::find(ways_in, address) != ways_in.end()) {
        return fail(Errc::denied, say(Word::own_session, {address.to_string()}));
      }
    }
  }
  return {};
}

}  // namespace

std::vector<net::Address> ways_in(const std::string& ssh_connection) {
  std::vector<net::Address> out;
  for (const auto word : text::split_words(ssh_connection)) {
    if (const auto address = net::Address::parse(word)) {
      out.push_back(*address);
    }
  }
  add_gateways("/proc/net/route", ipv4_gateway, out);
  add_gateways("/proc/net/ipv6_route", ipv6_gateway, out);
  return out;
}

Result<void> may_test_ban(const std::string& target,
                          const CheckSettings& settings,
                          const World& world,
                          const std::vector<net::Address>& ways_in) {
  const auto deadline = world.clock.now() + settings.timeout;
  SPRANGA_TRY(const auto name, parse_target(target));
  if (const auto provider = big_provider(name.host); !provider.empty()) {
    return provider_refused(name.host, provider);
  }
  auto any_family = settings;  // with -4 too, a session over IPv6 is one to the same host
  any_family.families = Families::any;
  const auto plan = plan_target(name, any_family, world, deadline);
  if (!plan) {
    return {};  // the check itself says what is wrong with the name
  }
  SPRANGA_CHECK(no_provider(*plan, world, deadline));
  // From a private network nobody who matters is banned.
  return settings.yes || settings.from_here ? Result<void>() : no_own_foot(*plan, ways_in);
}

}  // namespace spranga::check
