#include "guard/live/live_jail.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "guard/live/field_texts.h"
#include "guard/live/length_text.h"

namespace spranga::guard {

namespace {

using Kind = Judgement::Kind;
using std::chrono::seconds;

/// A ban of somebody who is banned: the longer after the first, the likelier something is wrong.
Level level_of_repeat(ban::Instant::duration gap) {
  return gap < seconds(3) ? Level::debug : gap < seconds(60) ? Level::notice : Level::warning;
}

/// What servers write when a ban has cut their connection.
bool tells_of_a_lost_connection(const ban::Sighting& sighting) {
  constexpr std::array signs = {std::string_view("lost connection"),
                                std::string_view("connection lost"),
                                std::string_view("onnection reset"),
                                std::string_view("onnection closed"),
                                std::string_view("unexpected disconnection"),
                                std::string_view("unexpected EOF"),
                                std::string_view("did not issue")};
  return !sighting.matches.empty() && std::ranges::any_of(signs, [&](std::string_view sign) {
    return sighting.matches.back().find(sign) != std::string::npos;
  });
}

/// The connections that a ban cuts are reported by the server as lost: that is no new failure.
bool is_echo(const ban::Sighting& sighting, const HeldBan& held, ban::Instant now) {
  constexpr seconds soon{10};
  return now - held.ban.since < soon && tells_of_a_lost_connection(sighting);
}

}  // namespace

LiveJail::LiveJail(ban::JailSpec spec, LiveWorld& world)
    : spec_(std::move(spec)), world_(world), bans_(world.judge.secret) {}

Result<std::unique_ptr<LiveJail>> LiveJail::make(const ban::JailSpec& spec,
                                                 LiveWorld& world,
                                                 ban::Instant now) {
  std::unique_ptr<LiveJail> jail(new LiveJail(spec, world));
  SPRANGA_CHECK(jail->build(spec, now));
  return jail;
}

Result<void> LiveJail::build(const ban::JailSpec& spec, ban::Instant now) {
  SPRANGA_TRY(auto matcher, Matcher::make(spec, world_.match, now));
  if (judge_) {
    SPRANGA_CHECK(judge_->change(spec));
  } else {
    auto ports = world_.judge;
    ports.spares = [this](const Network& network) {
      return world_.safe && !world_.safe(network.to_string()).empty();
    };
    if (world_.ignores) {
      ports.command = [this](const std::string& /*command*/, const ban::Sighting& sighting) {
        return world_.ignores(*this, sighting);
      };
    }
    SPRANGA_TRY(auto judge, Judge::make(spec, std::move(ports)));
    judge_ = std::make_unique<Judge>(std::move(judge));
  }
  // Filters come and go at reloads; who comes when the table is full is given every line.
  constexpr std::size_t most_words = 100'000;
  knows_words_ = world_.words.words().size() < most_words && matcher->number_words(world_.words);
  matcher_ = std::move(matcher);
  journalmatch_ = std::make_unique<JournalMatch>(spec.filter.journalmatch);
  spec_ = spec;
  return {};
}

Result<void> LiveJail::change(const ban::JailSpec& spec, ban::Instant now) {
  return build(spec, now);
}

/// In a flood that is most of what is done: nothing is put together that nobody would see.
void LiveJail::say(Level level,
                   std::string_view logger,
                   std::initializer_list<std::string_view> text) const {
  if (!world_.log.shows(level)) {
    return;
  }
  std::string line;
  std::size_t size = spec_.name.size() + 3;
  for (const auto& part : text) {
    size += part.size();
  }
  line.reserve(size);
  line.append("[").append(spec_.name).append("] ");
  for (const auto& part : text) {
    line.append(part);
  }
  world_.log.write(level, logger, line);
}

const HeldBan* LiveJail::held_of(const ban::Sighting& sighting) const {
  return bans_.size() == 0 ? nullptr : bans_.find(judge_->target_of(sighting.id));
}

void LiveJail::on_sighting(const ban::Sighting& sighting,
                           ban::Instant now,
                           std::vector<ban::Ban>& bans) {
  count("Found", sighting, now, bans);
}

void LiveJail::count(std::string_view word,
                     const ban::Sighting& sighting,
                     ban::Instant now,
                     std::vector<ban::Ban>& bans) {
  if (world_.waits && world_.waits(*this, sighting)) {
    return;
  }
  const auto* const held = held_of(sighting);
  if (held != nullptr && is_echo(sighting, *held, now)) {
    say(Level::debug, "filter", {"Cut off ", sighting.id, " by its ban"});
    return;
  }
  const auto judgement = judge_->on_sighting(sighting, now);
  if (judgement.kind == Kind::context) {
    return;
  }
  if (judgement.kind == Kind::ignored && judgement.why == std::string_view(ignored_by_cache)) {
    return;
  }
  if (judgement.kind == Kind::ignored) {
    say(Level::info, "filter", {"Ignore ", sighting.id, " by ", judgement.why});
    return;
  }
  const auto at = sighting.at.value_or(now);
  if (world_.log.shows(Level::info)) {
    say(Level::info, "filter", {word, " ", sighting.id, " - ", world_.time_text(at)});
  }
  ++totals_.failed;
  world_.notes.failure(spec_.name, sighting, at, held != nullptr, now);
  tell_of_growth(judgement);
  switch (judgement.kind) {
    case Kind::banned:
      begin_ban(judgement, sighting, bans);
      break;
    case Kind::prolonged:
    case Kind::already_banned:
      ban_again(judgement, sighting, now);
      break;
    case Kind::expired:
      say(Level::info, "actions", {"Ignore ", judgement.target, ", expired bantime"});
      break;
    default:
      break;
  }
}

void LiveJail::tell_of_growth(const Judgement& judgement) {
  if (judgement.weight > 1) {
    say(Level::info,
        "observer",
        {fmt::format("Found {}, bad - {}, {} # -> {}{}",
                     judgement.target,
                     world_.time_text(judgement.at),
                     judgement.known_bans,
                     fmt::format("{:.1f}", static_cast<double>(judgement.weight)),
                     judgement.weight >= spec_.maxretry ? ", Ban" : "")});
  }
}

void LiveJail::begin_ban(const Judgement& judgement,
                         const ban::Sighting& sighting,
                         std::vector<ban::Ban>& bans) {
  const auto& ban = *judgement.ban;
  if (const auto why = world_.safe(ban.target); !why.empty()) {
    judge_->release(ban.target);
    say(Level::warning, "actions", {ban.target, " is not banned: it is ", why});
    return;
  }
  bans_lacking_lines_ += judgement.lacks_matches ? 1 : 0;
  ++totals_.banned;
  Evidence known{judgement.matches, field_texts(sighting), rule_of(sighting)};
  const auto& held =
      bans_.put(judgement.key, {ban, false, std::make_shared<Evidence>(std::move(known))});
  world_.hands.ban(spec_.name, held, numbers());
  say(Level::notice, "actions", {"Ban ", ban.target});
  if (ban.count > 1) {
    const auto end = ban.until ? world_.time_text(*ban.until) : std::string("infinite");
    const auto length =
        ban.until ? length_text(std::chrono::duration_cast<seconds>(*ban.until - ban.since))
                  : std::string("permanent");
    say(Level::notice,
        "observer",
        {fmt::format("Increase Ban {} ({} # {} -> {})", ban.target, ban.count, length, end)});
  }
  world_.notes.add(ledger::BanMade{
      ban, false, "filter", judgement.matches, kept_field_texts(sighting, judgement.matches)});
  bans.push_back(ban);
}

void LiveJail::ban_again(const Judgement& judgement,
                         const ban::Sighting& sighting,
                         ban::Instant now) {
  const auto* held = bans_.find(judgement.target);
  if (held == nullptr) {
    return;
  }
  if (judgement.kind == Kind::prolonged) {
    bans_.prolong(judgement.target, judgement.ban->until);
    held = bans_.find(judgement.target);
    world_.hands.prolong(spec_.name, *held, numbers());
    world_.notes.add(ledger::BanMade{held->ban, true, "filter", {}});
  }
  const auto gap = sighting.at.value_or(now) - held->ban.since;
  say(level_of_repeat(gap), "actions", {judgement.target, " already banned"});
  if (gap > seconds(3) && may_check(*held, now)) {
    bans_.note_check(judgement.target, now);
    world_.hands.check(spec_.name, *held);
  }
}

/// A flood of those whom a ban does not stop must not keep new bans waiting.
bool LiveJail::may_check(const HeldBan& held, ban::Instant now) {
  constexpr seconds at_most_every{10};
  constexpr int most_in_a_second = 200;
  if (now - held.checked < at_most_every && now >= held.checked) {
    return false;
  }
  if (now - checks_since_ >= seconds(1) || now < checks_since_) {
    checks_since_ = now;
    checks_ = 0;
  }
  return checks_++ < most_in_a_second;
}

std::size_t LiveJail::let_go(ban::Instant now) {
  constexpr std::size_t at_a_time = 1000;
  const auto ended = bans_.take_ended(now, at_a_time);
  for (const auto& held : ended) {
    judge_->release(held.ban.target);
    say(Level::notice, "actions", {"Unban ", held.ban.target});
    world_.hands.unban(spec_.name, held, numbers());
  }
  return ended.size();
}

bool LiveJail::ban(const std::string& target, ban::Instant now, std::vector<ban::Ban>& bans) {
  if (const auto* held = bans_.find(target)) {
    say(level_of_repeat(now - held->ban.since), "actions", {target, " already banned"});
    prolong(*held, judge_->ban_of(target, now, now).until);
    return false;
  }
  if (const auto why = world_.safe(target); !why.empty()) {
    say(Level::warning, "actions", {target, " is not banned: it is ", why});
    return false;
  }
  HeldBan held{judge_->ban_of(target, now, now), false};
  if (held.ban.until && *held.ban.until <= now) {
    say(Level::info, "actions", {"Ignore ", target, ", expired bantime"});
    return false;
  }
  judge_->impose(bans_.key_of(target), held.ban);
  ++totals_.banned;
  bans_.put(held);
  world_.hands.ban(spec_.name, held, numbers());
  say(Level::notice, "actions", {"Ban ", target});
  world_.notes.add(ledger::BanMade{held.ban, false, "manual", {}});
  bans.push_back(held.ban);
  return true;
}

/// A ban by hand of somebody who is banned: the later end counts, as in fail2ban.
void LiveJail::prolong(const HeldBan& held, std::optional<ban::Instant> until) {
  const bool is_later = held.ban.until && (!until || *until > *held.ban.until);
  if (!is_later) {
    return;
  }
  const auto target = held.ban.target;
  bans_.prolong(target, until);
  const auto* longer = bans_.find(target);
  world_.hands.prolong(spec_.name, *longer, numbers());
  world_.notes.add(ledger::BanMade{longer->ban, true, "manual", {}});
}

bool LiveJail::unban(const std::string& target, ban::Instant now) {
  const auto held = bans_.take(target);
  if (let_go_meanwhile_) {
    let_go_meanwhile_->insert(target);
  }
  // It goes from the database in any case, as in fail2ban.
  world_.notes.add(ledger::BanEnded{spec_.name, target, now});
  if (!held) {
    return false;
  }
  judge_->release(target);
  if (world_.judge.history != nullptr) {
    world_.judge.history->forget(spec_.name, target);  // the next ban of it is the first again
  }
  say(Level::notice, "actions", {"Unban ", target});
  world_.hands.unban(spec_.name, *held, numbers());
  return true;
}

std::size_t LiveJail::unban_all(ban::Instant now) {
  std::vector<std::string> targets;
  for (const auto* held : bans_.all()) {
    targets.push_back(held->ban.target);
  }
  world_.hands.flush(spec_.name, false);
  for (const auto& target : targets) {
    unban(target, now);
  }
  return targets.size();
}

void LiveJail::attempt(const std::string& id,
                       const std::vector<std::string>& lines,
                       ban::Instant now,
                       std::vector<ban::Ban>& bans) {
  ban::Sighting sighting;
  sighting.id = id;
  sighting.at = now;
  sighting.matches = lines;
  constexpr std::size_t most = 1000;
  sighting.counts = std::max(1, static_cast<int>(std::min(lines.size(), most)));
  count("Attempt", sighting, now, bans);
  world_.notes.hurry();
}

/// Says nothing: restore() does.
void LiveJail::restore_ahead(const ban::Ban& ban, ban::Instant now) {
  const auto again = judge_->ask_again(ban, now);
  if (!again.is_over && *again.why == '\0' && world_.safe(ban.target).empty() &&
      !(let_go_meanwhile_ && let_go_meanwhile_->contains(ban.target))) {
    world_.hands.ban_ahead(spec_.name, ban.target, again.until);
  }
}

void LiveJail::restore(ledger::BanMade made, ban::Instant now, bool counts) {
  const auto again = judge_->ask_again(made.ban, now);
  if (again.is_over || (let_go_meanwhile_ && let_go_meanwhile_->contains(made.ban.target))) {
    return;
  }
  if (*again.why != '\0') {
    say(Level::info, "filter", {"Ignore ", made.ban.target, " by ", again.why});
    return;
  }
  made.ban.until = again.until;
  const auto key = bans_.key_of(made.ban.target);
  if (const auto* held = bans_.find(key)) {
    outlast(*held, made.ban.until);
    return;
  }
  if (const auto why = world_.safe(made.ban.target); !why.empty()) {
    say(Level::warning, "actions", {made.ban.target, " is not banned again: it is ", why});
    return;
  }
  judge_->impose(key, made.ban);
  totals_.banned += counts ? 1 : 0;
  HeldBan again_held{std::move(made.ban), true};
  if (!made.matches.empty() || !made.fields.empty()) {
    again_held.known =
        std::make_shared<Evidence>(Evidence{std::move(made.matches), std::move(made.fields)});
  }
  const auto& held = bans_.put(key, std::move(again_held));
  say(Level::notice, "actions", {"Restore Ban ", held.ban.target});
  world_.hands.ban(spec_.name, held, numbers());
}

void LiveJail::recall(const ledger::Seen& seen, ban::Instant now) {
  ban::Sighting sighting;
  sighting.id = seen.id;
  sighting.at = seen.at;
  sighting.attempts = seen.attempts;
  sighting.weak = seen.weak;
  if (!seen.line.empty()) {
    sighting.matches = {seen.line};
  }
  judge_->recall(sighting, now, seen.times);
}

/// Of a target that was banned anew before its old ban came back, the later end counts.
void LiveJail::outlast(const HeldBan& held, std::optional<ban::Instant> until) {
  if (held.ban.until && (!until || *until > *held.ban.until)) {
    prolong(held, until);
    const auto key = bans_.key_of(held.ban.target);
    judge_->impose(key, bans_.find(key)->ban);
  }
}

void LiveJail::set_totals(JailTotals totals) {
  totals_ = totals;
}

void LiveJail::close(bool keep_doors_shut) {
  if (keep_doors_shut) {
    return;
  }
  world_.hands.flush(spec_.name, true);
  for (const auto* held : bans_.all()) {
    say(Level::notice, "actions", {"Unban ", held->ban.target});
    world_.hands.unban(spec_.name, *held, {});
  }
  bans_ = BanList(world_.judge.secret);
}

JailNumbers LiveJail::numbers() const {
  return {judge_->accounts(), totals_.failed, bans_.size(), totals_.banned};
}

}  // namespace spranga::guard
