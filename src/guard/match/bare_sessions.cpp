#include "guard/match/bare_sessions.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "guard/match/sessions.h"

namespace spranga::guard {

namespace {

constexpr std::size_t most_kept_bytes = 256;  // of a text whose memory is used again

/// What a line says about its session's failures.
struct BareFlags {
  bool nofail{false};
  bool forget{false};
  bool gained{false};
};

BareFlags read_flags(BareFields& fresh) {
  BareFlags flags;
  auto& nofail = fresh[BarePlace::nofail];
  const auto& gained = fresh[BarePlace::mlfgained];
  flags.gained = gained.is_true();
  if (flags.gained && !nofail.is_true()) {
    nofail = gained;
  }
  flags.nofail = nofail.is_true();
  auto& forget = fresh[BarePlace::mlfforget];
  flags.forget = std::exchange(forget, BareField()).is_true();
  return flags;
}

constexpr std::array addresses = {BarePlace::ip4, BarePlace::ip6, BarePlace::dns};

bool is_of_another_client(const BareFields& fresh, const BareSession& known) {
  const auto* const now =
      std::ranges::find_if(addresses, [&](BarePlace place) { return fresh[place].is_true(); });
  const auto* const before =
      std::ranges::find_if(addresses, [&](BarePlace place) { return known.has(place); });
  return now != addresses.end() && before != addresses.end() &&
         fresh[*now].text() != *known.text(*before);
}

void append(std::vector<std::size_t>& to, const std::vector<std::size_t>& lines) {
  to.insert(to.end(), lines.begin(), lines.end());
}

void merge_lines(BareSession& session, const BareFlags& flags, std::size_t line_bytes) {
  if (!flags.nofail) {
    auto& all = session.nofail_matches;
    append(all, session.matches);
    if (!flags.gained) {
      all.push_back(line_bytes);
    }
    std::swap(session.matches, all);
    session.nofail_matches.clear();
  } else if (!flags.forget) {
    session.nofail_matches.push_back(line_bytes);
  }
}

}  // namespace

void BareSession::begin(const BareFields& fresh) {
  pending = false;
  counted = 0;
  matches.clear();
  nofail_matches.clear();
  user_.reset();
  more_users_.clear();
  fields_.assign(fresh.all().size(), BareField());
  for (std::size_t place = 0; place < fields_.size(); ++place) {
    take(place, fresh.all()[place]);
  }
  id_.clear();
}

void BareSession::update(const BareFields& fresh) {
  for (std::size_t place = 0; place < fields_.size(); ++place) {
    if (fresh.all()[place].is_set()) {
      take(place, fresh.all()[place]);
    }
  }
}

void BareSession::take(std::size_t place, const BareField& fresh) {
  const bool is_news = place < text_count &&
                       (fields_[place].is_set() != fresh.is_set() || texts_[place] != fresh.text());
  fields_[place] = fresh.measured();
  if (is_news) {
    texts_[place].assign(fresh.text());
    id_.clear();
    if (texts_[place].capacity() > std::max(most_kept_bytes, 2 * texts_[place].size())) {
      texts_[place].shrink_to_fit();
    }
  }
}

bool BareSession::drop(BarePlace place) {
  return std::exchange(fields_[static_cast<std::size_t>(place)], BareField()).is_true();
}

std::size_t BareSession::note_user(const BareField& user) {
  if (user.is_true()) {
    if (!user_) {
      user_.emplace(user.text());
    } else if (*user_ != user.text()) {
      more_users_.emplace(user.text());
    }
  }
  return (user_ ? 1 : 0) + more_users_.size();
}

std::size_t BareSession::weight(const std::vector<std::size_t>& name_lengths) const {
  constexpr std::string_view users = "users";
  auto bytes = SessionWeight::itself;
  for (const auto* lines : {&matches, &nofail_matches}) {
    for (const auto line : *lines) {
      bytes += SessionWeight::line + line;
    }
  }
  for (std::size_t place = 0; place < fields_.size(); ++place) {
    if (fields_[place].is_there()) {
      bytes += SessionWeight::field + name_lengths[place] + fields_[place].length();
    }
  }
  if (user_) {
    bytes += SessionWeight::field + users.size() + SessionWeight::user + user_->size();
  }
  for (const auto& user : more_users_) {
    bytes += SessionWeight::user + user.size();
  }
  return bytes;
}

std::optional<BareSessions::Place> BareSessions::find(const BareFields& fresh, ban::Instant now) {
  while (ageing_ && !oldest_first_.empty() && oldest_first_.front().since + ends_after_ <= now) {
    forget(oldest_first_.begin());
  }
  const auto found = by_id_.find(fresh[BarePlace::mlfid].text());
  if (found == by_id_.end()) {
    return std::nullopt;
  }
  const auto place = found->second;
  if (one_client_ && is_of_another_client(fresh, place->session)) {
    forget(place);
    return std::nullopt;
  }
  return place;
}

/// A session of its own; one that is over at once is not remembered.
BareSessions::Place BareSessions::start(const BareFields& fresh, ban::Instant now, bool is_over) {
  if (idle_.empty()) {
    idle_.emplace_front();
  }
  const auto place = idle_.begin();
  place->session.begin(fresh);
  place->since = now;
  place->bytes = 0;
  if (!is_over) {
    place->id.assign(fresh[BarePlace::mlfid].text());
    oldest_first_.splice(oldest_first_.end(), idle_, place);
    by_id_.emplace(place->id, place);
  }
  return place;
}

void BareSessions::forget(Place place) {
  bytes_ -= place->bytes;
  by_id_.erase(place->id);
  idle_.splice(idle_.begin(), oldest_first_, place);
}

void BareSessions::weigh(Place place, const BareFields& fresh) {
  auto& session = place->session;
  auto bytes = session.weight(fresh.name_lengths());
  while (bytes > Sessions::most_bytes_of_one &&
         (session.matches.size() > 1 || session.nofail_matches.size() > 1)) {
    auto& lines = session.matches.size() > 1 ? session.matches : session.nofail_matches;
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>((lines.size() + 1) / 2));
    bytes = session.weight(fresh.name_lengths());
  }
  bytes += place->id.size();
  bytes_ += bytes - place->bytes;
  place->bytes = bytes;
  while (bytes_ > Sessions::most_bytes && !oldest_first_.empty()) {
    forget(oldest_first_.begin());
    ++dropped_;
  }
}

BareSession& BareSessions::merge(BareFields& fresh, std::size_t line_bytes, ban::Instant now) {
  while (idle_.size() > most_idle) {
    idle_.pop_back();
  }
  auto flags = read_flags(fresh);
  const auto known = find(fresh, now);
  const auto place = known ? *known : start(fresh, now, flags.forget);
  auto& session = place->session;
  std::size_t users = 0;
  if (known) {
    users = session.note_user(fresh[BarePlace::user]);
    bool was_nofail = session.drop(BarePlace::nofail);
    was_nofail = session.drop(BarePlace::mlfgained) || was_nofail;
    if (flags.gained) {
      session.pending = false;
    }
    if (!was_nofail && !session.pending) {
      session.matches.clear();
    }
    session.update(fresh);
  } else if (!flags.forget) {
    users = session.note_user(fresh[BarePlace::user]);
  }
  if (std::exchange(session.pending, false) || users > 1) {
    session.drop(BarePlace::nofail);
    session.drop(BarePlace::mlfgained);
    flags.nofail = flags.gained = false;
  }
  merge_lines(session, flags, line_bytes);
  if (known && flags.forget) {
    forget(place);
  } else if (!flags.forget) {
    weigh(place, fresh);
  }
  return session;
}

}  // namespace spranga::guard
