#include "guard/judge/judge.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace spranga::guard {

namespace {

constexpr int full_ipv4 = 32;
constexpr int full_ipv6 = 128;

std::optional<ban::Instant> end_of(ban::Instant since, std::optional<BanTime::Length> length) {
  return length ? std::optional(since + *length) : std::nullopt;
}

/// Whether `end` is later than `other`; none is for good.
bool is_later(std::optional<ban::Instant> end, std::optional<ban::Instant> other) {
  return other && (!end || *end > *other);
}

bool is_over(const ban::Ban& ban, ban::Instant now) {
  return ban.until && *ban.until < now;
}

std::size_t next_purge(std::size_t size) {
  constexpr std::size_t least = 1024;
  return std::max(least, 2 * size);
}

}  // namespace

Result<Judge> Judge::make(const ban::JailSpec& spec, JudgePorts ports) {
  auto ignored = IgnoreList::make(spec.ignoreip);
  SPRANGA_TRY(auto ban_time, BanTime::make(spec));
  SPRANGA_TRY(auto cache, IgnoreCache::make(spec.ignorecache));
  Judge judge(spec, std::move(ports), std::move(ignored), std::move(ban_time));
  judge.cache_ = std::move(cache);
  return judge;
}

Judge::Judge(ban::JailSpec spec, JudgePorts ports, IgnoreList ignored, BanTime ban_time)
    : spec_(std::move(spec)),
      ports_(std::move(ports)),
      ignored_(std::move(ignored)),
      ban_time_(std::move(ban_time)) {
  spec_.filter = {};
  if (ports_.lines == nullptr) {
    own_lines_ = std::make_unique<RecentLines>();
    ports_.lines = own_lines_.get();
  }
}

TargetKey Judge::key_of(const std::string& target) const {
  return target_key(ports_.secret, target);
}

Judgement Judge::on_sighting(const ban::Sighting& sighting, ban::Instant now) {
  Judgement out;
  if (sighting.nofail || sighting.id.empty()) {
    return out;
  }
  const auto& source = known_.of(sighting.id, [&] {
    auto found = find_out(ignored_, sighting.id);
    found.key = key_of(sighting.id);
    return found;
  });
  const auto own_key = source.key;
  out.why = ignored_by(sighting, source, now);
  if (*out.why != '\0') {
    out.kind = Judgement::Kind::ignored;
    return out;
  }
  out.kind = Judgement::Kind::counted;
  out.target = target_of(sighting.id);
  out.at = sighting.at.value_or(now);
  const auto key = out.key = counts_by_network() ? key_of(out.target) : own_key;
  auto account = account_of(key, now);
  count(account, sighting, out.at);
  if (account.count() < spec_.maxretry && !sighting.weak) {
    count_more_for_known(account, out, now);
  }
  out.count = account.count();
  if (out.count > 0 && out.count >= spec_.maxretry) {
    accounts_.erase(key);
    convict(out, account, now);
  } else {
    keep(key, account, now);
  }
  return out;
}

Source Judge::find_out(const IgnoreList& ignored, const std::string& id) const {
  const auto address = net::Address::parse(id);
  return {id, address, ignored.lists(id, address), {}};
}

const char* Judge::ignored_by(const ban::Sighting& sighting,
                              const Source& source,
                              ban::Instant now) {
  if (!cache_) {
    return ask_ignore_rules(sighting, source);
  }
  const auto key = cache_->key_of(sighting, spec_.name);
  if (const auto known = cache_->find(key, now)) {
    return *known ? ignored_by_cache : "";
  }
  const auto* const why = ask_ignore_rules(sighting, source);
  if (!ignored_.names_alone(sighting.id)) {  // quick to ask again, and said again
    cache_->put(key, *why != '\0', now);
  }
  return why;
}

const std::vector<net::Address>& Judge::own_addresses() const {
  static const std::vector<net::Address> none;
  const auto* const own = ports_.own_addresses ? ports_.own_addresses() : nullptr;
  return own == nullptr ? none : *own;
}

const char* Judge::ask_ignore_lists(const IgnoreList& ignored, const Source& source) const {
  const auto& address = source.address;
  if (spec_.ignoreself && address && std::ranges::count(own_addresses(), *address) > 0) {
    return "ignoreself rule";
  }
  if (source.is_listed) {
    return "ip";
  }
  switch (ignored.ask(source.id, address, ports_.names, ports_.files)) {
    case IgnoreList::Why::address:
      return "ip";
    case IgnoreList::Why::name:
      return "dns";
    case IgnoreList::Why::no:
      break;
  }
  return "";
}

const char* Judge::ask_ignore_rules(const ban::Sighting& sighting, const Source& source) {
  if (const auto* const why = ask_ignore_lists(ignored_, source); *why != '\0') {
    return why;
  }
  const bool asked = ports_.command && has_ignorecommand();
  return asked && ports_.command(spec_.ignorecommand, sighting) ? "command" : "";
}

/// Whether a ban of the network would hit somebody on the ignore list.
bool Judge::hits_ignored(const IgnoreList& ignored, const Network& network) const {
  return ignored.overlaps(network, ports_.files) ||
         (spec_.ignoreself && std::ranges::any_of(own_addresses(), [&](const auto& own) {
            return network.contains(own);
          }));
}

bool Judge::counts_by_network() const {
  return spec_.ipv4_prefix < full_ipv4 || spec_.ipv6_prefix < full_ipv6;
}

std::string Judge::target_of(const std::string& id) const {
  if (!counts_by_network()) {
    return id;
  }
  const auto address = net::Address::parse(id);
  if (!address) {
    return id;
  }
  const bool is_ipv4 = address->family() == net::Family::ipv4;
  const auto network = Network::of(*address, is_ipv4 ? spec_.ipv4_prefix : spec_.ipv6_prefix);
  // Nobody on the ignore list is hit through a neighbour, nor who may never be banned.
  const bool hits_others =
      (ports_.spares && ports_.spares(network)) || hits_ignored(ignored_, network);
  return hits_others ? id : network.to_string();
}

Account Judge::account_of(const TargetKey& target, ban::Instant now) {
  if (auto found = accounts_.find(target, spec_.maxretry);
      found && !found->expire(now, spec_.findtime)) {
    return *std::move(found);
  }
  Account fresh;
  if (spec_.counting == ban::Counting::window) {
    fresh.tally = SlidingWindow(spec_.maxretry);
  }
  return fresh;
}

void Judge::keep(const TargetKey& target, const Account& account, ban::Instant now) {
  if (accounts_.size() >= purge_accounts_at_) {
    purge_accounts(now);
  }
  accounts_.put(target, account);
}

void Judge::count(Account& account, const ban::Sighting& sighting, ban::Instant at) {
  std::visit(
      [&](auto& tally) {
        tally.add({at, sighting.attempts, sighting.weak}, spec_.findtime);
        tally.raise(sighting.counts - 1);
      },
      account.tally);
  ++account.failures;
  if (spec_.maxmatches <= 0) {
    return;
  }
  for (const auto& line : sighting.matches) {
    account.latest_line = ports_.lines->add(line, account.latest_line);
  }
}

/// bantime.increment: a failure of somebody who was banned n times counts 2, 3, 5, 9 … times.
void Judge::count_more_for_known(Account& account, Judgement& judgement, ban::Instant now) {
  if (!spec_.increment.enabled || ports_.history == nullptr) {
    return;
  }
  const auto past = ports_.history->of(spec_.name, judgement.target, false, now);
  if (!past || past->count <= 0 || judgement.at <= past->last) {
    return;
  }
  constexpr int most = 20;
  const int weight = (1 << (std::min(past->count, most) - 1)) + 1;
  const int more = std::min(weight, spec_.maxretry) - 1;
  if (more > 0) {
    std::visit([&](auto& tally) { tally.raise(more); }, account.tally);
    judgement.known_bans = past->count;
    judgement.weight = more + 1;
  }
}

/// Enough: a ban, a longer one, or none because it would be over.
void Judge::convict(Judgement& judgement, const Account& account, ban::Instant now) {
  using Kind = Judgement::Kind;
  const auto since = account.last();
  const auto until = end_of(since, ban_time_.base());
  if (until && *until < now) {
    judgement.kind = Kind::expired;
    return;
  }
  if (auto old = bans_.find(judgement.key); old && !is_over(*old, now)) {
    old->jail = spec_.name;
    old->target = judgement.target;
    judgement.kind = is_later(until, old->until) ? Kind::prolonged : Kind::already_banned;
    if (judgement.kind == Kind::prolonged) {
      old->until = until;
      bans_.put(judgement.key, *old);
    }
    judgement.ban = std::move(old);
    return;
  }
  ban::Ban fresh{spec_.name, judgement.target, since, until, 1, account.failures};
  const bool is_news = grow(fresh, now);
  if (ports_.history != nullptr && is_news && !is_over(fresh, now)) {
    ports_.history->add(fresh);
  }
  if (bans_.size() >= purge_bans_at_) {
    bans_.purge(now);
    purge_bans_at_ = next_purge(bans_.size());
  }
  bans_.put(judgement.key, fresh);
  judgement.kind = Kind::banned;
  auto story = ports_.lines->story(account.latest_line,
                                   static_cast<std::size_t>(std::max(0, spec_.maxmatches)));
  judgement.matches = std::move(story.lines);
  judgement.lacks_matches = !story.is_whole;
  judgement.ban = std::move(fresh);
}

bool Judge::grow(ban::Ban& ban, ban::Instant now) {
  if (ports_.history == nullptr || !ban_time_.grows()) {
    return true;
  }
  const auto past = ports_.history->of(spec_.name, ban.target, spec_.increment.overalljails, now);
  if (!past || past->count <= 0) {
    return true;
  }
  ban.count = past->count + 1;
  ban.until = end_of(ban.since, ban_time_.after(past->count, ports_.random));
  return ban.since > past->last;
}

void Judge::recall(const ban::Sighting& sighting, ban::Instant now, int times) {
  const auto key = key_of(target_of(sighting.id));
  auto one = sighting;
  one.attempts = std::max(1, sighting.attempts - (times - 1));
  for (times = as_good_as(sighting, times); times > 0; --times) {
    recall_one(key, one, now);
    one.attempts = 1;
    one.matches.clear();
  }
}

/// A flood's row stands for very many, all of the same time: after each maxretry of them the
/// account begins anew. Of weak ones those beyond some times maxretry change nothing.
int Judge::as_good_as(const ban::Sighting& sighting, int times) const {
  constexpr int most_turns = 100;
  const int turn = std::clamp(spec_.maxretry, 1, std::numeric_limits<int>::max() / most_turns);
  if (sighting.weak) {
    return std::min(times, most_turns * turn);
  }
  return times / 2 > turn ? turn + times % turn : times;
}

void Judge::recall_one(const TargetKey& key, const ban::Sighting& sighting, ban::Instant now) {
  auto account = account_of(key, now);
  count(account, sighting, sighting.at.value_or(now));
  const int count = account.count();
  if (count > 0 && count >= spec_.maxretry) {
    accounts_.erase(key);  // it was banned then
  } else {
    keep(key, account, now);
  }
}

void Judge::impose(const TargetKey& key, const ban::Ban& ban) {
  accounts_.erase(key);
  bans_.put(key, ban);
}

/// Of a ban's target, by the lists alone.
const char* Judge::ignored_now(const std::string& target) const {
  const auto& ignored = ignored_at_start_ ? *ignored_at_start_ : ignored_;
  if (ignored.empty()) {
    return "";  // there may be a million bans
  }
  const auto* const why = ask_ignore_lists(ignored, find_out(ignored, target));
  const bool is_network = *why == '\0' && target.find('/') != std::string::npos;
  const auto network = is_network ? Network::parse(target) : std::nullopt;
  return network && hits_ignored(ignored, *network) ? "ip" : why;
}

Judge::Again Judge::ask_again(const ban::Ban& ban, ban::Instant now) const {
  Again out;
  out.why = ignored_now(ban.target);
  out.until = ban.until;
  // A ban that was prolonged ends later than so long after its begin, but never as late as one that
  // begins now.
  const auto longest = ban_time_.longest_now();
  if (longest && is_later(out.until, now + *longest)) {
    out.until = ban.since + *longest;
  }
  out.is_over = out.until && *out.until <= now;
  return out;
}

bool Judge::release(const std::string& target) {
  return bans_.erase(key_of(target));
}

int Judge::count_of(const std::string& target) const {
  const auto found = accounts_.find(key_of(target), spec_.maxretry);
  return found ? found->count() : 0;
}

Result<void> Judge::change(const ban::JailSpec& spec) {
  SPRANGA_TRY(auto ban_time, BanTime::make(spec));
  SPRANGA_TRY(auto cache, IgnoreCache::make(spec.ignorecache));
  if (spec.counting != spec_.counting) {
    accounts_.clear();  // the two ways of counting have nothing in common
  }
  ignored_ = IgnoreList::make(spec.ignoreip);
  known_.forget();
  if (ignored_at_start_) {
    begin_restoring();
  }
  ban_time_ = std::move(ban_time);
  cache_ = std::move(cache);
  spec_ = spec;
  spec_.filter = {};
  return {};
}

ban::Ban Judge::ban_of(const std::string& target, ban::Instant since, ban::Instant now) {
  ban::Ban ban{spec_.name, target, since, end_of(since, ban_time_.base()), 1, 0};
  static_cast<void>(grow(ban, now));
  return ban;
}

bool Judge::is_banned(const std::string& target, ban::Instant now) const {
  const auto found = bans_.find(key_of(target));
  return found && !is_over(*found, now);
}

std::optional<ban::Ban> Judge::banned(const std::string& target, ban::Instant now) const {
  auto found = bans_.find(key_of(target));
  if (!found || is_over(*found, now)) {
    return std::nullopt;
  }
  found->jail = spec_.name;
  found->target = target;
  return found;
}

void Judge::purge_accounts(ban::Instant now) {
  accounts_.purge(now, spec_.findtime);
  if (accounts_.size() >= max_accounts) {
    accounts_.halve();
  }
  purge_accounts_at_ = std::min(next_purge(accounts_.size()), max_accounts);
}

}  // namespace spranga::guard
