#include "check/ban_watch.h"

#include "check/ban_findings.h"
#include "check/time_text.h"

namespace spranga::check {

namespace {

using words::Word;

/// What one look showed.
struct Look {
  bool open{false};
  bool same{false};  // as the block looked, so that it can be the block
};

Look look_with(const BanState& state, const knock::World& near, const knock::Site& site) {
  if (!knock::shows_at_the_door(state.kind)) {
    const auto answer = knock::ask(site, near);
    return {answer.outcome == knock::Outcome::judged, answer.outcome == knock::Outcome::stopped};
  }
  const auto seen = knock::look_at(site, near, site.port);
  // A server that is stopped refuses; one that is overloaded, or greylists, turns away.
  const bool other = seen.kind != state.kind &&
                     (seen.kind == knock::Kind::refused || seen.kind == knock::Kind::turned_away);
  return {seen.open, !other};
}

/// A mailbox port that the block had shut is open again: it is not the block that shuts the door.
bool mailbox_is_back(const BanState& state, const knock::World& near, const knock::Site& site) {
  for (const int port : state.ports_shut) {
    if (port != 25 && port != 465 && port != 587 && port != site.port &&
        port != state.door.control_port) {
      return knock::touch(site, near, port).open;  // one is enough
    }
  }
  return false;
}

/// One look: open, shut, or nothing to be learnt, since nobody gets in.
std::optional<bool> look_once(const BanState& state, const Ways& ways) {
  const auto site = site_of(state.door, state.report.nonce);
  const auto [open, same] = look_with(state, ways.near, site);
  if (open) {
    return true;
  }
  if (ways.second) {
    const auto other = second_site_of(state.door, state.report.nonce);
    return knock::look_at(other, *ways.second, other.port).open ? std::optional(false)
                                                                : std::nullopt;
  }
  if (!same || mailbox_is_back(state, ways.near, site)) {
    return std::nullopt;
  }
  if (state.door.control_port != 0 && knock::shows_at_the_door(state.kind)) {
    return knock::touch(site, ways.near, state.door.control_port).open ? std::optional(false)
                                                                       : std::nullopt;
  }
  return false;
}

}  // namespace

knock::Site site_of(const BanDoor& door, const std::string& nonce) {
  knock::Site out;
  out.address = net::Address::parse(door.address).value_or(net::Address());
  out.port = door.port;
  out.implicit_tls = door.implicit_tls;
  out.tls.server_name = door.tls_name;
  out.tls.server_address = out.address;
  out.tls.ca_file = door.ca_file;
  out.ehlo_name = door.ehlo_name;
  out.stem = nonce;
  out.domain = door.domain;
  return out;
}

knock::Site second_site_of(const BanDoor& door, const std::string& nonce) {
  auto out = site_of(door, nonce);
  out.address = net::Address::parse(door.second_address).value_or(out.address);
  return out;
}

Watched watch(BanState& state,
              const Ways& ways,
              const World& world,
              std::optional<Milliseconds> end,
              const Progress& progress) {
  Watched out;
  const auto now_ms =
      std::chrono::floor<Milliseconds>(world.clock.wall().time_since_epoch()).count();
  knock::Vigil vigil;
  vigil.first_shut = world.clock.now() - Milliseconds(now_ms - state.first_shut_ms);
  vigil.looks = state.looks;
  const auto until = end ? vigil.first_shut + *end : SteadyTime::max();
  const auto say = [&](Milliseconds after) {
    if (const auto next = knock::next_look(after); progress && next) {
      progress({Word::step_vigil, {span_text(after), span_text(*next)}});
    }
  };
  say(vigil.looks.empty() ? Milliseconds(0) : vigil.looks.back().after);
  knock::keep_vigil(
      vigil,
      world.clock,
      *world.pause,
      until,
      [&] {
        out.looked = true;
        const auto seen = look_once(state, ways);
        out.unclear = !seen;
        return seen;
      },
      [&](const knock::Vigil& kept) {
        state.looks = kept.looks;
        if (world.keep_state) {
          world.keep_state(state);
        }
        say(kept.looks.empty() ? Milliseconds(0) : kept.looks.back().after);
        return end.has_value() || !is_settled(state);
      });
  return out;
}

}  // namespace spranga::check
