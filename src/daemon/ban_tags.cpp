#include "daemon/ban_tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

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
  const auto length =
      ban.until ? std::chrono::duration_cast<std::chrono::seconds>(*ban.until - ban.since).count()
                : -1;
  action_runner::Tags out = {
      {"ip", ban.target},
      {"fid", ban.target},
      {"failures", std::to_string(ban.failures)},
      {"time", unix_time(ban.since)},
      {"bantime", std::to_string(length)},
      {"bancount", std::to_string(ban.count - 1)},
      {"matches", as_text(held.evidence().matches)},
      {"restored", held.restored ? "1" : "0"},
      {"jail.name", jail},
      {"jail.banned", std::to_string(numbers.banned_now)},
      {"jail.banned_total", std::to_string(numbers.banned_total)},
      {"jail.found", std::to_string(numbers.failed_now)},
      {"jail.found_total", std::to_string(numbers.failed_total)},
  };
  const auto is_asked = [&](std::string_view tag) { return asked.contains(std::string(tag)); };
  std::optional<std::vector<ledger::BanStory>> stories;
  for (const auto& [matches, failures, of_all_jails] : merged_tags) {
    if (!is_asked(matches) && !is_asked(failures)) {
      continue;
    }
    if (!stories) {
      stories = past ? past(ban.target) : std::vector<ledger::BanStory>();
    }
    const auto merged = merge_bans(held, *stories, of_all_jails ? "" : jail, most_matches);
    out.emplace(matches, as_text(merged.matches));
    out.emplace(failures, std::to_string(merged.failures));
  }
  return out;
}

}  // namespace spranga::daemon
