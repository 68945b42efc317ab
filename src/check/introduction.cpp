#include "check/introduction.h"

#include <fmt/core.h>

#include <algorithm>
#include <random>

#include "net/host_name.h"

namespace spranga::check {

namespace {

/// The name of `own` that resolves back to it; "" where there is none.
std::string confirmed_name(const net::Address& own, const World& world, SteadyTime deadline) {
  const auto names = world.resolver.names_of(own, deadline);
  if (!names) {
    return "";
  }
  for (const auto& raw : *names) {
    const auto name = net::normal_host_name(raw);
    if (!name || name->find('.') == std::string::npos) {
      continue;
    }
    const auto back = world.resolver.addresses(*name, deadline);
    if (back && std::ranges::find(*back, own) != back->end()) {
      return *name;
    }
  }
  return "";
}

std::optional<net::Address> our_address(const net::Address& server,
                                        const CheckSettings& settings,
                                        const World& world) {
  if (world.vantage) {
    return server.family() == net::Family::ipv4 ? world.vantage->source_ipv4
                                                : world.vantage->source_ipv6;
  }
  const auto given = net::Address::parse(settings.source);
  if (given && given->family() == server.family()) {
    return given;
  }
  return net::route_source(server);
}

}  // namespace

Introduction introduce_to(const net::Address& server,
                          const CheckSettings& settings,
                          const World& world,
                          SteadyTime deadline) {
  Introduction out;
  const auto own = our_address(server, settings, world);
  std::string name;
  if (own) {
    out.source = own->to_string();
    const bool seen_as_such = !own->is_private() || server.is_private();
    name = seen_as_such && !world.vantage ? confirmed_name(*own, world, deadline) : "";
  }
  out.ehlo_name = !name.empty() ? name : own ? own->smtp_literal() : "[127.0.0.1]";
  const auto at = settings.relay_to.rfind('@');
  out.outside_domain = !name.empty()             ? name
                       : at == std::string::npos ? "example.com"
                                                 : settings.relay_to.substr(at + 1);
  return out;
}

std::string make_nonce() {
  std::random_device device;
  return fmt::format("spranga-{:08x}", device());
}

}  // namespace spranga::check
