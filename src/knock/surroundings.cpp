#include "knock/surroundings.h"

#include <algorithm>

namespace spranga::knock {

namespace {

bool speaks_smtp(const Site& site, int port) {
  return port == 25 || port == 587 || port == site.port ||
         std::ranges::count(site.implicit_tls_ports, port) > 0;
}

/// The server itself talks, or the network drops what is meant for one port only: nothing but a
/// guard does that. A refusal, a reset or a close could be a mail server that has just stopped.
bool only_a_guard(Kind kind) {
  return kind == Kind::dropped || kind == Kind::turned_away || kind == Kind::limited ||
         kind == Kind::auth_withdrawn;
}

}  // namespace

std::vector<int> mail_ports() {
  return {25, 465, 587, 143, 993, 110, 995};
}

std::vector<int> control_ports() {
  return {443, 22, 80};
}

std::vector<int> open_among(const Site& site, const World& world, const std::vector<int>& ports) {
  std::vector<int> out;
  for (const int port : ports) {
    const net::Endpoint to{site.address, static_cast<std::uint16_t>(port)};
    const auto transport = world.dialer.connect(to, world.clock.now() + site.connect_patience / 2);
    if (transport) {
      (*transport)->close();
      out.push_back(port);
    }
  }
  return out;
}

std::vector<int> shut_among(const Site& site,
                            const World& world,
                            const std::vector<int>& ports,
                            Kind kind) {
  std::vector<int> out;
  if (!shows_at_the_door(kind)) {
    return {site.port};
  }
  for (const int port : ports) {
    const bool greets = !by_the_firewall(kind) && speaks_smtp(site, port);
    const auto seen = port == site.port ? Sight{false, kind, "", {}}
                      : greets          ? look_at(site, world, port)
                                        : touch(site, world, port);
    if (!seen.open) {
      out.push_back(port);
    }
  }
  return out;
}

Proof proof_of(Kind kind, const Circumstances& seen) {
  if (seen.second) {
    return seen.second->open ? Proof::second_source : Proof::outage;
  }
  if (kind == Kind::turned_away || !shows_at_the_door(kind)) {
    return Proof::control_port;  // the server itself says so
  }
  if (seen.control_port == 0) {
    return Proof::likely;
  }
  if (!seen.control_open) {
    return Proof::dark;
  }
  return only_a_guard(kind) ? Proof::control_port : Proof::likely;
}

}  // namespace spranga::knock
