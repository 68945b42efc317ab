#include "guard/mail/post.h"

#include <algorithm>
#include <chrono>

#include "guard/mail/message.h"

namespace spranga::guard::mail {

namespace {

constexpr std::chrono::hours limit_span{1};

void forget_old(std::deque<ban::Instant>& sent, ban::Instant now) {
  while (!sent.empty() && now - sent.front() >= limit_span) {
    sent.pop_front();
  }
}

std::string host_for_id(const std::string& host) {
  return is_mailbox(host) ? host : "localhost";
}

}  // namespace

ban::Instant digest_time(Rhythm rhythm, ban::Instant now, std::chrono::seconds offset) {
  using namespace std::chrono;
  constexpr hours morning{7};
  const auto local = now + offset;
  switch (rhythm) {
    case Rhythm::hourly:
      return floor<hours>(local) + hours(1) - offset;
    case Rhythm::daily: {
      const auto today = floor<days>(local) + morning;
      return (local < today ? ban::Instant(today) : ban::Instant(today + days(1))) - offset;
    }
    case Rhythm::off:
    case Rhythm::each:
      break;
  }
  return now;
}

Text tell_within(const Teller& teller, Digest digest, std::size_t largest_body) {
  auto text = tell_digest(teller, digest);
  while (text.body.size() > largest_body && !digest.bans.empty()) {
    digest.bans.resize(digest.bans.size() / 2);
    text = tell_digest(teller, digest);
  }
  return text;
}

void Post::change(Settings settings, words::Language language) {
  const auto old = std::exchange(settings_, std::move(settings)).route;
  teller_.language = language;
  const auto& fresh = settings_.route;
  if (old == fresh) {
    return;
  }
  changed_ = true;
  outbox_.redirect(old.server, fresh.server);
  if (auto node = boxes_.extract(old)) {
    node.key() = fresh;
    boxes_.insert(std::move(node));  // a jail's own route may be the same: its box stays
  }
}

void Post::on_ban(const Route& route, BanNews news, ban::Instant now) {
  auto* box = box_of(route);
  if (box == nullptr) {
    return;
  }
  changed_ = true;
  if (!route.lines) {
    news.lines.clear();
  }
  const bool each = settings_.rhythm == Rhythm::off || settings_.rhythm == Rhythm::each;
  if (!each) {
    gather(*box, std::move(news), digest_time(settings_.rhythm, now, offset_));
    return;
  }
  forget_old(box->sent, now);
  if (box->counted > 0 || box->sent.size() >= settings_.per_hour) {
    box->over_limit = box->counted == 0 || box->over_limit;
    gather(*box, std::move(news), box->sent.empty() ? now : box->sent.front() + limit_span);
    return;
  }
  box->sent.push_back(now);
  send(route, tell_ban(teller_, news), news.ban.target + " banned in " + news.ban.jail, now);
}

bool Post::has_room(const Route& route) const {
  const auto box = boxes_.find(route);
  return box == boxes_.end() || box->second.gathered.size() < most_gathered;
}

void Post::on_start(const Route& route, const std::vector<std::string>& jails, ban::Instant now) {
  if (settings_.tell_start) {
    send(route, tell_start(teller_, jails), "start", now);
  }
}

void Post::on_stop(const Route& route, const std::vector<std::string>& jails, ban::Instant now) {
  if (settings_.tell_start) {
    send(route, tell_stop(teller_, jails), "stop", now);
  }
}

void Post::close(ban::Instant now) {
  for (auto& [route, box] : boxes_) {
    if (box.counted > 0) {
      send_digest(route, box, now);
    }
  }
}

std::vector<Letter> Post::take_due(ban::Instant now) {
  send_due_digests(now);
  return outbox_.take_due(now);
}

void Post::on_outcome(std::uint64_t id, const Outcome& outcome, ban::Instant now) {
  outbox_.on_outcome(id, outcome, now);
  changed_ = true;
}

std::optional<ban::Instant> Post::next() const {
  auto out = outbox_.next();
  for (const auto& [route, box] : boxes_) {
    if (box.counted > 0 && (!out || box.due < *out)) {
      out = box.due;
    }
  }
  return out;
}

std::vector<std::string> Post::take_log() {
  auto out = std::exchange(log_, {});
  for (auto& line : outbox_.take_log()) {
    out.push_back(std::move(line));
  }
  return out;
}

Post::Box* Post::box_of(const Route& route) {
  const auto found = boxes_.find(route);
  if (found != boxes_.end()) {
    return &found->second;
  }
  // Routes that a reload has left behind make room.
  if (boxes_.size() >= most_routes) {
    std::erase_if(boxes_, [](const auto& entry) { return entry.second.counted == 0; });
  }
  if (boxes_.size() >= most_routes) {
    log_.emplace_back("mail: too many different recipients, a ban is not told");
    return nullptr;
  }
  return &boxes_[route];
}

void Post::gather(Box& box, BanNews news, ban::Instant due) {
  if (box.counted == 0) {
    box.due = due;
  }
  ++box.counted;
  ++box.by_jail[news.ban.jail];
  if (box.gathered.size() < most_gathered) {
    if (news.lines.size() > lines_in_a_digest) {
      news.lines.erase(news.lines.begin(), news.lines.end() - lines_in_a_digest);
    }
    box.gathered.push_back(std::move(news));
  }
}

void Post::send_digest(const Route& route, Box& box, ban::Instant now) {
  Digest digest;
  digest.bans = std::exchange(box.gathered, {});
  digest.counted = std::exchange(box.counted, 0);
  digest.by_jail.assign(box.by_jail.begin(), box.by_jail.end());
  digest.limit = std::exchange(box.over_limit, false) ? settings_.per_hour : 0;
  box.by_jail.clear();
  box.sent.push_back(now);
  const auto about = std::to_string(digest.counted) + " bans";
  send(route, tell_within(teller_, std::move(digest), largest_body), about, now);
}

void Post::send_due_digests(ban::Instant now) {
  for (auto& [route, box] : boxes_) {
    forget_old(box.sent, now);
    if (box.counted > 0 && box.due <= now) {
      send_digest(route, box, now);
    }
  }
}

void Post::send(const Route& route, const Text& text, const std::string& about, ban::Instant now) {
  Draft draft;
  draft.sender = route.sender;
  draft.sender_name = route.sender_name;
  draft.recipients = route.recipients;
  draft.subject = text.subject;
  draft.body = text.body;
  draft.date = now;
  draft.id = std::to_string(now.time_since_epoch().count()) + "." + std::to_string(++written_) +
             ".spranga@" + host_for_id(teller_.host);
  auto message = compose(draft);
  if (!message) {
    log_.push_back("mail (" + value_to_show(about) + "): " + message.error().detail);
    return;
  }
  Letter letter;
  letter.route = route;
  letter.about = value_to_show(about);
  letter.message = *std::move(message);
  outbox_.put(std::move(letter), now);
  changed_ = true;
}

}  // namespace spranga::guard::mail
