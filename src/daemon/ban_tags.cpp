#include "daemon/ban_tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "guard/actions/properties.h"
#include "guard/live/field_texts.h"

namespace spranga::daemon {

namespace {

using guard::HeldBan;
using guard::JailNumbers;

/// As Python shows it: whole seconds have their ".0".
std::string unix_time(ban::Instant at) {
  const auto seconds = std::chrono::duration<double>(at.time_since_epoch()).count();
  auto text = fmt::format("{}", seconds);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

std::string as_text(const std::vector<std::string>& lines) {
  return fmt::format("{}", fmt::join(lines, "\n"));
}

/// Tags that tell of a target's earlier bans, too.
struct MergedTags {
  std::string_view matches;
  std::string_view failures;
  bool of_all_jails;
};

constexpr MergedTags merged_tags[] = {{"ipmatches", "ipfailures", true},
                                      {"ipjailmatches", "ipjailfailures", false}};

/// Whether this is the ledger's row of the ban at hand.
bool is_same(const ban::Ban& known, const ban::Ban& held) {
  return known.jail == held.jail && known.target == held.target &&
         std::chrono::abs(known.since - held.since) < std::chrono::seconds(1);
}

/// Before the lines that are there; the last ones of these, as far as there is room.
void put_before(std::vector<std::string>& lines,
                const std::vector<std::string>& older,
                std::size_t most) {
  const auto room = std::min(most - std::min(most, lines.size()), older.size());
  lines.insert(lines.begin(), older.end() - static_cast<std::ptrdiff_t>(room), older.end());
}

/// What tags tell of a ban, or of a failure.
struct Ticket {
  const std::string& jail;
  const std::string& id;
  const std::map<std::string, std::string>& fields;
  const std::vector<std::string>& matches;
  int failures;
  ban::Instant at;
  std::chrono::seconds bantime;
  int bancount;
  bool restored;
};

/// Where F-ID caught something else, its address may be known besides.
const std::string& address_of(const Ticket& ticket) {
  const auto found = ticket.fields.find("ip");
  return found == ticket.fields.end() || found->second.empty() ? ticket.id : found->second;
}

action_runner::Tags plain_tags(const Ticket& ticket, const JailNumbers& numbers) {
  return {
      {"ip", address_of(ticket)},
      {"fid", ticket.id},
      {"failures", std::to_string(ticket.failures)},
      {"time", unix_time(ticket.at)},
      {"bantime", std::to_string(ticket.bantime.count())},
      {"bancount", std::to_string(ticket.bancount)},
      {"matches", as_text(ticket.matches)},
      {"restored", ticket.restored ? "1" : "0"},
      {"jail.name", ticket.jail},
      {"jail.banned", std::to_string(numbers.banned_now)},
      {"jail.banned_total", std::to_string(numbers.banned_total)},
      {"jail.found", std::to_string(numbers.failed_now)},
      {"jail.found_total", std::to_string(numbers.failed_total)},
  };
}

using Stories = std::vector<ledger::BanStory>;
using Merge = std::function<MergedBans(const Stories& past, std::string_view jail)>;

/// <ipmatches> and its like, where they are asked for.
void add_merged(action_runner::Tags& tags,
                const std::set<std::string>& asked,
                const std::string& jail,
                const std::function<Stories()>& past,
                const Merge& merge) {
  const auto is_asked = [&](std::string_view tag) { return asked.contains(std::string(tag)); };
  std::optional<Stories> stories;
  for (const auto& [matches, failures, of_all_jails] : merged_tags) {
    if (!is_asked(matches) && !is_asked(failures)) {
      continue;
    }
    if (!stories) {
      stories = past();
    }
    const auto merged = merge(*stories, of_all_jails ? "" : jail);
    tags.emplace(matches, as_text(merged.matches));
    tags.emplace(failures, std::to_string(merged.failures));
  }
}

/// Of a failure: its target's bans, where there are any, else itself.
MergedBans merge_failure(const Ticket& ticket,
                         const Stories& past,
                         std::string_view jail,
                         std::size_t most) {
  MergedBans out;
  bool is_known = false;
  for (const auto& [made, ended] : past) {
    const auto& ban = made.ban;
    if (ended || ban.target != ticket.id || (!jail.empty() && ban.jail != jail)) {
      continue;
    }
    is_known = true;
    out.failures += ban.failures;
    put_before(out.matches, made.matches, most);
  }
  return is_known ? out : MergedBans{ticket.failures, ticket.matches};
}

}  // namespace

MergedBans merge_bans(const HeldBan& held,
                      const std::vector<ledger::BanStory>& past,
                      std::string_view jail,
                      std::size_t most) {
  MergedBans out;
  bool is_told = false;
  const auto tell_held = [&] {
    is_told = true;
    out.failures += held.ban.failures;
    put_before(out.matches, held.evidence().matches, most);
  };
  for (const auto& [made, ended] : past) {
    const auto& ban = made.ban;
    if (ended || ban.target != held.ban.target || is_same(ban, held.ban) ||
        (!jail.empty() && ban.jail != jail)) {
      continue;
    }
    if (!is_told && ban.since < held.ban.since) {
      tell_held();
    }
    out.failures += ban.failures;
    put_before(out.matches, made.matches, most);
  }
  if (!is_told) {
    tell_held();
  }
  return out;
}

action_runner::Tags tags_of(const std::string& jail,
                            const HeldBan& held,
                            const JailNumbers& numbers,
                            const std::set<std::string>& asked,
                            const PastBans& past,
                            std::size_t most_matches) {
  const auto& ban = held.ban;
  constexpr std::chrono::seconds for_good{-1};
  const auto& known = held.evidence();
  const Ticket ticket{jail,
                      ban.target,
                      known.fields,
                      known.matches,
                      ban.failures,
                      ban.since,
                      ban.until
                          ? std::chrono::duration_cast<std::chrono::seconds>(*ban.until - ban.since)
                          : for_good,
                      // One that comes back is counted once more in fail2ban.
                      ban.count + (held.restored ? 1 : 0),
                      held.restored};
  auto out = plain_tags(ticket, numbers);
  add_merged(
      out,
      asked,
      jail,
      [&] { return past ? past(ban.target) : Stories(); },
      [&](const Stories& stories, std::string_view of_jail) {
        return merge_bans(held, stories, of_jail, most_matches);
      });
  return out;
}

action_runner::Request ignore_question(const ban::JailSpec& jail,
                                       const ban::Sighting& sighting,
                                       const JailNumbers& numbers,
                                       const PastBans& past,
                                       std::size_t most_matches,
                                       ban::Instant now) {
  action_runner::Request out;
  out.verb = action_runner::Verb::ignore;
  out.jail = jail.name;
  const auto fields = guard::field_texts(sighting);
  const auto at = std::min(sighting.at.value_or(now), now);
  const Ticket ticket{
      jail.name, sighting.id, fields, sighting.matches, 0, at, jail.bantime, 0, false};
  out.fields.insert(fields.begin(), fields.end());
  out.tags = plain_tags(ticket, numbers);
  add_merged(
      out.tags,
      guard::actions::moment_tags(jail.ignorecommand),
      jail.name,
      [&] { return past ? past(sighting.id) : Stories(); },
      [&](const Stories& stories, std::string_view of_jail) {
        return merge_failure(ticket, stories, of_jail, most_matches);
      });
  return out;
}

}  // namespace spranga::daemon
