#include "guard/live/guard.h"

#include <algorithm>
#include <utility>

namespace spranga::guard {

namespace {

/// As fail2ban logs a ban; the date is cut out already.
std::string ban_line(const ban::Ban& ban) {
  return " fail2ban.actions        [1]: NOTICE  [" + ban.jail + "] Ban " + ban.target;
}

}  // namespace

Result<LiveJail*> Guard::add(const ban::JailSpec& spec, ban::Instant now) {
  if (find(spec.name) != nullptr) {
    return fail(Errc::conflict, "there is a jail " + spec.name + " already");
  }
  SPRANGA_TRY(auto jail, LiveJail::make(spec, world_, now));
  return jails_.emplace_back(std::move(jail)).get();
}

void Guard::remove(std::string_view name) {
  std::erase_if(jails_, [&](const auto& jail) { return jail->name() == name; });
  std::erase(fed_by_bans_, name);
}

LiveJail* Guard::find(std::string_view name) {
  const auto found =
      std::ranges::find_if(jails_, [&](const auto& jail) { return jail->name() == name; });
  return found == jails_.end() ? nullptr : found->get();
}

void Guard::on_line(LogStream& stream, std::string_view raw, ban::Instant now) {
  stream.feed(raw, now, fresh_);
  if (!fresh_.empty()) {
    tell_recidive(now);
  }
}

std::uint64_t Guard::on_block(LogStream& stream, std::string_view lines, ban::Instant now) {
  stream.open_block(lines);
  while (stream.feed_next(now, fresh_)) {
    if (!fresh_.empty()) {
      tell_recidive(now);
    }
  }
  return stream.lines();
}

void Guard::on_entry(LogStream& stream, std::string_view text, ban::Instant at, ban::Instant now) {
  stream.feed_entry(text, at, now, fresh_);
  if (!fresh_.empty()) {
    tell_recidive(now);
  }
}

/// A ban by recidive is told too: to other jails that read the log. Their filters leave out their
/// own.
void Guard::tell_recidive(ban::Instant now) {
  while (!fresh_.empty()) {
    const auto bans = std::exchange(fresh_, {});
    for (const auto& name : fed_by_bans_) {
      auto* jail = find(name);
      if (jail == nullptr || jail->idle()) {
        continue;
      }
      std::vector<ban::Sighting> found;
      for (const auto& ban : bans) {
        jail->matcher().feed_entry(ban_line(ban), now, now, found);
      }
      for (const auto& sighting : found) {
        jail->on_sighting(sighting, now, fresh_);
      }
    }
  }
}

std::size_t Guard::on_clock(ban::Instant now) {
  std::size_t gone = 0;
  for (auto& jail : jails_) {
    gone += jail->idle() ? 0 : jail->let_go(now);
  }
  return gone;
}

std::optional<ban::Instant> Guard::next_end() const {
  std::optional<ban::Instant> next;
  for (const auto& jail : jails_) {
    const auto end = jail->idle() ? std::nullopt : jail->bans().next_end();
    next = next && end ? std::min(*next, *end) : (end ? end : next);
  }
  return next;
}

bool Guard::ban(LiveJail& jail, const std::string& target, ban::Instant now) {
  const bool done = jail.ban(target, now, fresh_);
  tell_recidive(now);
  return done;
}

void Guard::resume(LiveJail& jail, const ban::Sighting& sighting, ban::Instant now) {
  jail.on_sighting(sighting, now, fresh_);
  tell_recidive(now);
}

void Guard::attempt(LiveJail& jail,
                    const std::string& id,
                    const std::vector<std::string>& lines,
                    ban::Instant now) {
  jail.attempt(id, lines, now, fresh_);
  tell_recidive(now);
}

}  // namespace spranga::guard
