// why-not: of all lines that name the address, the one that came closest to a ban.
#include <algorithm>
#include <optional>
#include <utility>

#include "replay/near_miss.h"
#include "replay/report.h"
#include "replay/why.h"
#include "replay/why_witness.h"
#include "words/phrase.h"

namespace spranga::replay {

namespace {

using words::say;
using words::Word;
using Kind = guard::Judgement::Kind;

/// Tries of one line by one jail that are made at most; each compiles filters.
constexpr int most_tries = 60;

const ban::JailSpec* jail_named(const std::vector<ban::JailSpec>& jails, const std::string& name) {
  const auto found = std::ranges::find(jails, name, &ban::JailSpec::name);
  return found == jails.end() ? nullptr : &*found;
}

/// How near to a ban: enough but over, then by the count, then weak alone, then ignored.
double closeness(const SeenLine& line, const ban::JailSpec& jail) {
  switch (line.judgement.kind) {
    case Kind::expired:
      return 3;
    case Kind::ignored:
      return 0;
    default:
      return line.judgement.count == 0
                 ? 1
                 : 2 + static_cast<double>(line.judgement.count) / std::max(1, jail.maxretry) / 2;
  }
}

std::string lack_of(const SeenLine& line, const ban::JailSpec& jail) {
  const auto place = place_text(line.origin);
  if (line.judgement.kind == Kind::ignored) {
    return say(Word::why_not_ignored, {line.jail, place, line.judgement.why});
  }
  if (line.judgement.kind == Kind::expired) {
    return say(Word::why_not_expired, {line.jail, length_text(jail.bantime)});
  }
  if (line.judgement.count == 0) {
    return say(Word::why_not_only_weak, {line.jail, place});
  }
  return say(Word::why_not_count,
             {line.jail,
              place,
              std::to_string(line.judgement.count),
              std::to_string(jail.maxretry),
              std::to_string(jail.maxretry - line.judgement.count),
              length_text(jail.findtime)});
}

std::string closest_text(const std::string& quoted, const std::string& lack) {
  return say(Word::why_not_closest, {quoted}) + "\n" + lack + "\n";
}

std::optional<std::string> closest_seen(const Witness& witness,
                                        const std::vector<ban::JailSpec>& jails) {
  const SeenLine* best = nullptr;
  const ban::JailSpec* best_jail = nullptr;
  for (const auto& line : witness.seen()) {
    const auto* jail = jail_named(jails, line.jail);
    if (jail != nullptr &&
        (best == nullptr || closeness(line, *jail) > closeness(*best, *best_jail))) {
      best = &line;
      best_jail = jail;
    }
  }
  if (best == nullptr) {
    return std::nullopt;
  }
  const auto quoted = best->file.empty() ? say(Word::why_of_fail2bans_log, {witness.address()})
                                         : Witness::quote(best->file, best->number, best->text);
  return closest_text(quoted, lack_of(*best, *best_jail));
}

std::string lack_of(const NearMiss& miss, const ban::JailSpec& jail) {
  const auto place = place_text(miss.origin);
  const auto expressions = std::to_string(jail.filter.failregex.size());
  switch (miss.kind) {
    case NearMiss::Kind::ignoreregex:
      return say(Word::why_not_ignoreregex, {jail.name, place});
    case NearMiss::Kind::prefregex:
      return say(Word::why_not_prefregex, {jail.name, place});
    case NearMiss::Kind::no_expressions:
      return say(Word::why_not_no_failregex, {jail.name});
    case NearMiss::Kind::failregex:
      break;
  }
  return miss.lacking.empty()
             ? say(Word::why_not_failregex_near, {jail.name, expressions, place})
             : say(Word::why_not_failregex, {jail.name, expressions, place, miss.lacking});
}

std::string closest_unseen(const Witness& witness,
                           const std::vector<ban::JailSpec>& jails,
                           ban::Instant today) {
  int tries = 0;
  double best = -2;
  std::string out;
  for (auto line = witness.unseen().rbegin(); line != witness.unseen().rend(); ++line) {
    for (const auto& name : line->jails) {
      const auto* jail = jail_named(jails, name);
      if (jail == nullptr || ++tries > most_tries) {
        continue;
      }
      const auto miss = explain_miss(*jail, line->text, line->is_entry, today);
      if (miss.nearness > best) {
        best = miss.nearness;
        out = closest_text(Witness::quote(line->file, line->number, line->text),
                           lack_of(miss, *jail));
      }
    }
  }
  if (!out.empty()) {
    return out;
  }
  const auto& last = witness.unseen().back();
  return closest_text(Witness::quote(last.file, last.number, last.text),
                      last.unwanted.empty()
                          ? say(Word::why_not_unread)
                          : say(Word::why_not_journalmatch, {last.unwanted.front()}));
}

}  // namespace

WhyResult tell_why_not(const std::string& address,
                       const std::vector<ban::JailSpec>& jails,
                       const ReplayOptions& options,
                       ReplayWatch watch) {
  Witness witness(address);
  witness.attend(watch);
  WhyResult out;
  out.replayed = replay(jails, options, watch);
  out.named = !witness.seen().empty() || !witness.unseen().empty();
  out.banned = witness.is_banned();
  if (out.banned) {
    out.text = say(Word::why_not_but_is, {address}) + "\n" + account_of(witness, jails);
  } else if (!out.named) {
    out.text = say(Word::why_nothing, {address}) + "\n";
  } else if (auto seen = closest_seen(witness, jails)) {
    out.text = *std::move(seen);
  } else {
    out.text = closest_unseen(witness, jails, options.today);
  }
  return out;
}

}  // namespace spranga::replay
