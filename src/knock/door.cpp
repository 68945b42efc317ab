#include "knock/door.h"

#include <algorithm>
#include <array>

namespace spranga::knock {

namespace {

constexpr std::array<std::string_view, 8> kind_names = {
    "refused", "reset", "dropped", "closed", "hang", "421", "450", "auth_withdrawn"};

constexpr Milliseconds icmp_recovers{1'100};
constexpr Milliseconds says_something{2'000};

bool begins_with_tls(const Site& site, int port) {
  return port == site.port ? site.implicit_tls
                           : std::ranges::count(site.implicit_tls_ports, port) > 0;
}

Sight shut(Kind kind, std::string words, SteadyTime at) {
  return {false, kind, std::move(words), at};
}

/// The greeting on a connection that stands.
Sight greeted(const Site& site, smtp::Session& session, int port, SteadyTime at) {
  if (begins_with_tls(site, port)) {
    if (const auto tls = session.handshake(site.tls); !tls) {
      const auto& early = session.early_bytes();
      return early.empty() ? shut(kind_of_loss(tls.error().code), tls.error().detail, at)
                           : shut(Kind::turned_away, early.substr(0, early.find('\r')), at);
    }
  }
  const auto reply = session.unasked_reply(site.reply_patience);
  if (!reply) {
    return shut(kind_of_loss(reply.error().code), reply.error().detail, at);
  }
  if (!*reply) {
    session.note("no greeting in time");
    session.drop();
    return shut(Kind::hang, "no greeting in time", at);
  }
  const auto& greeting = **reply;
  return greeting.code == 220 ? Sight{true, {}, greeting.first_line(), at}
                              : shut(Kind::turned_away, greeting.first_line(), at);
}

/// A connection that was not made is worth a line too.
void keep_failure(const World& world, const net::Endpoint& to, SteadyTime at, const Error& error) {
  if (world.keep) {
    const auto since = std::chrono::duration_cast<std::chrono::microseconds>(at - world.origin);
    world.keep("door", to, false, {{since, smtp::Direction::event, error.detail, false}});
  }
}

}  // namespace

std::string_view kind_name(Kind kind) {
  return kind_names.at(static_cast<std::size_t>(kind));
}

std::optional<Kind> kind_of_name(std::string_view name) {
  const auto* found = std::ranges::find(kind_names, name);
  return found == kind_names.end() ? std::nullopt
                                   : std::optional(static_cast<Kind>(found - kind_names.begin()));
}

bool shows_at_the_door(Kind kind) {
  return kind != Kind::limited && kind != Kind::auth_withdrawn;
}

bool by_the_firewall(Kind kind) {
  return kind == Kind::refused || kind == Kind::dropped;
}

Kind kind_of_attempt(Errc code) {
  switch (code) {
    case Errc::timeout:
      return Kind::dropped;
    case Errc::reset:
      return Kind::reset;
    case Errc::closed:
      return Kind::closed;
    default:  // refused; unreachable and denied are ICMP's other refusals
      return Kind::refused;
  }
}

Kind kind_of_loss(Errc code) {
  switch (code) {
    case Errc::timeout:
      return Kind::hang;
    case Errc::reset:
      return Kind::reset;
    default:
      return Kind::closed;
  }
}

Sight look_at(const Site& site, const World& world, int port) {
  const auto at = world.clock.now();
  const net::Endpoint to{site.address, static_cast<std::uint16_t>(port)};
  auto transport = world.dialer.connect(to, at + site.connect_patience);
  if (!transport) {
    keep_failure(world, to, at, transport.error());
    return shut(kind_of_attempt(transport.error().code), transport.error().detail, at);
  }
  smtp::Session session(
      std::move(*transport), world.clock, {world.origin, SteadyTime::max(), site.reply_patience});
  auto seen = greeted(site, session, port, at);
  session.quit();
  if (world.keep) {
    world.keep("door", to, session.in_tls(), session.transcript());
  }
  return seen;
}

Sight touch(const Site& site, const World& world, int port) {
  const auto at = world.clock.now();
  const net::Endpoint to{site.address, static_cast<std::uint16_t>(port)};
  const auto transport = world.dialer.connect(to, at + site.connect_patience / 2);
  if (!transport) {
    return shut(kind_of_attempt(transport.error().code), transport.error().detail, at);
  }
  const auto bytes = (*transport)->read_some(world.clock.now() + says_something);
  (*transport)->close();
  const bool lost = !bytes && bytes.error().code != Errc::timeout;
  return lost ? shut(kind_of_loss(bytes.error().code), bytes.error().detail, at)
              : Sight{true, {}, "", at};
}

Sight look_twice(const Site& site, const World& world, int port) {
  auto first = look_at(site, world, port);
  if (first.open) {
    return first;
  }
  world.pause.until(world.clock.now() + icmp_recovers);
  auto second = look_at(site, world, port);
  if (second.open) {
    return second;
  }
  if (first.kind != second.kind && second.kind == Kind::refused) {
    second.at = first.at;
    return second;
  }
  return first;
}

}  // namespace spranga::knock
