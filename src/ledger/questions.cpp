#include "ledger/questions.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "ledger/recall.h"

namespace spranga::ledger {

namespace {

/// An address as bytes, with the length of its prefix.
struct Prefix {
  int family{AF_INET};
  std::array<unsigned char, 16> bytes{};
  int length{0};

  [[nodiscard]] int bits() const { return family == AF_INET ? 32 : 128; }
};

std::optional<Prefix> parse_prefix(const std::string& text) {
  Prefix prefix;
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  prefix.family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (::inet_pton(prefix.family, address.c_str(), prefix.bytes.data()) != 1) {
    return std::nullopt;
  }
  prefix.length = prefix.bits();
  if (slash != std::string::npos) {
    const auto* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + slash + 1, end, prefix.length);
    if (error != std::errc() || rest != end || prefix.length < 0 || prefix.length > prefix.bits()) {
      return std::nullopt;
    }
  }
  return prefix;
}

/// With everything behind the first `length` bits 0.
Prefix masked(Prefix prefix, int length) {
  constexpr int byte = 8;
  prefix.length = length;
  for (int bit = length; bit < prefix.bits(); ++bit) {
    auto& one = prefix.bytes.at(static_cast<std::size_t>(bit / byte));
    one = static_cast<unsigned char>(one & ~(0x80U >> static_cast<unsigned>(bit % byte)));
  }
  return prefix;
}

std::string shown(const Prefix& prefix) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(prefix.family, prefix.bytes.data(), text.data(), text.size());
  return fmt::format("{}/{}", text.data(), prefix.length);
}

/// Those of `ids` that the network holds.
Result<std::vector<std::string>> ids_inside(Database& db,
                                            const std::string& network,
                                            ban::Instant since) {
  std::vector<std::string> ids;
  SPRANGA_CHECK(db.each(
      "SELECT DISTINCT target FROM sightings WHERE at >= ?",
      [&](const Row& row) {
        if (auto id = row.bytes(0); holds(network, id)) {
          ids.push_back(std::move(id));
        }
      },
      since));
  return ids;
}

}  // namespace

std::vector<std::string> networks_holding(const std::string& address) {
  std::vector<std::string> networks;
  const auto prefix = parse_prefix(address);
  for (int length = prefix ? prefix->length : 0; length-- > 0;) {
    networks.push_back(shown(masked(*prefix, length)));
  }
  return networks;
}

bool holds(const std::string& network, const std::string& address) {
  const auto outer = parse_prefix(network);
  const auto inner = parse_prefix(address);
  return outer && inner && outer->family == inner->family && outer->length <= inner->length &&
         masked(*inner, outer->length).bytes == masked(*outer, outer->length).bytes;
}

Result<std::vector<BanStory>> read_bans_of(Database& db,
                                           const std::string& target,
                                           std::int64_t limit) {
  std::vector<BanStory> stories;
  auto targets = networks_holding(target);
  targets.push_back(target);
  for (const auto& one : targets) {
    SPRANGA_CHECK(db.each(
        "SELECT ended, jail, target, since, until, count, failures, made_by, matches, fields FROM "
        "bans"
        " WHERE target = ? ORDER BY since DESC, id DESC LIMIT ?",
        [&stories](const Row& row) {
          stories.push_back({ban_of(row, 1), row.maybe_instant(0)});
        },
        one,
        limit));
  }
  std::ranges::stable_sort(stories, [](const BanStory& a, const BanStory& b) {
    return a.made.ban.since > b.made.ban.since;
  });
  stories.resize(std::min(stories.size(), static_cast<std::size_t>(std::max(limit, 0L))));
  return stories;
}

Result<std::vector<Seen>> read_sightings_of(Database& db,
                                            const std::string& target,
                                            ban::Instant since,
                                            std::int64_t limit) {
  std::vector<std::string> ids{target};
  if (target.find('/') != std::string::npos && parse_prefix(target)) {
    SPRANGA_TRY(const auto inside, ids_inside(db, target, since));
    ids.insert(ids.end(), inside.begin(), inside.end());
  }
  std::vector<Seen> seen;
  for (const auto& id : ids) {
    SPRANGA_CHECK(db.each(
        "SELECT jail, target, at, attempts, weak, rule, line, times FROM sightings"
        " WHERE target = ? AND at >= ? ORDER BY at DESC, id DESC LIMIT ?",
        [&seen](const Row& row) { seen.push_back(seen_of(row)); },
        id,
        since,
        limit));
  }
  std::ranges::stable_sort(seen, [](const Seen& a, const Seen& b) { return a.at > b.at; });
  seen.resize(std::min(seen.size(), static_cast<std::size_t>(std::max(limit, 0L))));
  return seen;
}

Result<std::vector<Offender>> read_top(Database& db,
                                       TopBy by,
                                       ban::Instant since,
                                       std::int64_t limit) {
  std::vector<Offender> top;
  SPRANGA_CHECK(db.each(
      "SELECT target, sum(failures), sum(bans), max(last) FROM ("
      " SELECT target, sum(attempts) AS failures, 0 AS bans, max(at) AS last FROM sightings"
      "  WHERE at >= ?1 GROUP BY target"
      " UNION ALL SELECT target, 0, count(*), max(since) FROM bans WHERE since >= ?1"
      "  GROUP BY target)"
      " GROUP BY target ORDER BY CASE WHEN ?2 THEN sum(bans) ELSE sum(failures) END DESC,"
      " max(last) DESC, target LIMIT ?3",
      [&top](const Row& row) {
        top.push_back({row.bytes(0),
                       static_cast<std::uint64_t>(row.number(1)),
                       static_cast<std::uint64_t>(row.number(2)),
                       row.instant(3)});
      },
      since,
      by == TopBy::bans,
      limit));
  std::erase_if(top, [by](const Offender& one) {
    return (by == TopBy::bans ? one.bans : one.failures) == 0;
  });
  return top;
}

Result<std::vector<JailCount>> read_jail_counts(Database& db,
                                                ban::Instant since,
                                                ban::Instant now) {
  std::map<std::string, JailCount> counts;
  const auto into = [&counts](std::uint64_t JailCount::*member) {
    return [&counts, member](const Row& row) {
      auto& count = counts[row.bytes(0)];
      count.jail = row.bytes(0);
      count.*member = static_cast<std::uint64_t>(row.number(1));
    };
  };
  SPRANGA_CHECK(db.each("SELECT jail, sum(attempts) FROM sightings WHERE at >= ? GROUP BY jail",
                        into(&JailCount::failures),
                        since));
  SPRANGA_CHECK(db.each("SELECT jail, count(*) FROM bans WHERE since >= ? GROUP BY jail",
                        into(&JailCount::bans),
                        since));
  SPRANGA_CHECK(
      db.each("SELECT jail, count(*) FROM bans WHERE latest"
              " AND ended IS NULL AND (until IS NULL OR until > ?) GROUP BY jail",
              into(&JailCount::running),
              now));
  std::vector<JailCount> out;
  out.reserve(counts.size());
  for (auto& [jail, count] : counts) {
    out.push_back(std::move(count));
  }
  return out;
}

}  // namespace spranga::ledger
