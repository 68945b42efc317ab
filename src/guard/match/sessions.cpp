#include "guard/match/sessions.h"

#include <iterator>
#include <utility>

namespace spranga::guard {

namespace {

/// What a line says about its session's failures.
struct Flags {
  bool nofail{false};      // context only
  bool forget{false};      // the session ends
  bool was_nofail{false};  // the line before was context only
  bool gained{false};      // the login succeeded: earlier failures are forgiven
};

Flags read_flags(Failure& fresh) {
  Flags flags;
  if (fresh.has("mlfgained")) {
    flags.gained = flags.nofail = true;
    if (!fresh.has("nofail")) {
      fresh.set("nofail", FieldContent(*fresh.find("mlfgained")));
    }
  } else {
    flags.nofail = fresh.has("nofail");
  }
  flags.forget = fresh.drop("mlfforget");
  return flags;
}

/// The address that a line caught; nullptr where it has none.
const std::string* address_in(const Failure& failure) {
  for (const auto* name : {"ip4", "ip6", "dns"}) {
    if (failure.has(name)) {
      return failure.text(name);
    }
  }
  return nullptr;
}

bool is_of_another_client(const Failure& fresh, const Failure& known) {
  const auto* now = address_in(fresh);
  const auto* before = address_in(known);
  return now != nullptr && before != nullptr && *now != *before;
}

std::string name_of_user(const FieldContent& content) {
  const auto* text = std::get_if<std::string>(&content);
  return text == nullptr ? "" : *text;
}

/// All users that a session named; how many.
std::size_t note_user(Failure& failure, const Failure& fresh) {
  const auto* user = fresh.find("user");
  const auto* known = failure.find("users");
  const auto* users = known == nullptr ? nullptr : std::get_if<std::set<std::string>>(known);
  if (user == nullptr || !is_true(*user)) {
    return users == nullptr ? 0 : users->size();
  }
  auto name = name_of_user(*user);
  if (users == nullptr) {
    failure.set("users", std::set<std::string>{std::move(name)});
    return 1;
  }
  auto& all = std::get<std::set<std::string>>(*failure.find("users"));
  all.insert(std::move(name));
  return all.size();
}

void append(std::vector<LineParts>& to, std::vector<LineParts> lines) {
  if (to.empty()) {
    to = std::move(lines);
    return;
  }
  to.insert(to.end(), std::make_move_iterator(lines.begin()), std::make_move_iterator(lines.end()));
}

void merge_lines(Failure& failure, const Flags& flags, std::vector<LineParts> lines) {
  if (!flags.nofail) {
    auto all = std::exchange(failure.nofail_matches, {});
    append(all, std::move(failure.matches));
    if (!flags.gained) {
      append(all, std::move(lines));
    }
    failure.matches = std::move(all);
  } else if (!flags.forget) {
    append(failure.nofail_matches, std::move(lines));
  }
}

std::size_t weight(const Failure& failure) {
  auto bytes = SessionWeight::itself;
  for (const auto* lines : {&failure.matches, &failure.nofail_matches}) {
    for (const auto& line : *lines) {
      bytes += SessionWeight::line + line.bytes();
    }
  }
  for (const auto& field : failure.fields) {
    bytes += SessionWeight::field + field.name.size();
    if (const auto* text = std::get_if<std::string>(&field.content)) {
      bytes += text->size();
    } else if (const auto* unseen = std::get_if<UnseenText>(&field.content)) {
      bytes += unseen->bytes;
    } else if (const auto* set = std::get_if<std::set<std::string>>(&field.content)) {
      for (const auto& member : *set) {
        bytes += SessionWeight::user + member.size();
      }
    }
  }
  return bytes;
}

}  // namespace

std::optional<Sessions::Place> Sessions::find(const std::string& id, ban::Instant now) {
  while (ageing_ && !oldest_first_.empty() && oldest_first_.front().since + ends_after_ <= now) {
    forget(oldest_first_.begin());
  }
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Sessions::Place> Sessions::find_same_client(const std::string& id,
                                                          const Failure& fresh,
                                                          ban::Instant now) {
  const auto known = find(id, now);
  if (known && one_client_ && is_of_another_client(fresh, *(*known)->failure)) {
    forget(*known);
    return std::nullopt;
  }
  return known;
}

void Sessions::forget(Place place) {
  bytes_ -= place->bytes;
  by_id_.erase(place->id);
  oldest_first_.erase(place);
}

void Sessions::weigh(Place place) {
  auto bytes = weight(*place->failure);
  auto& failure = *place->failure;
  while (bytes > most_bytes_of_one &&
         (failure.matches.size() > 1 || failure.nofail_matches.size() > 1)) {
    auto& lines = failure.matches.size() > 1 ? failure.matches : failure.nofail_matches;
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>((lines.size() + 1) / 2));
    bytes = weight(failure);
  }
  bytes += place->id.size();
  bytes_ += bytes - place->bytes;
  place->bytes = bytes;
  while (bytes_ > most_bytes && !oldest_first_.empty()) {
    forget(oldest_first_.begin());
    ++dropped_;
  }
}

std::shared_ptr<Failure> Sessions::merge(const std::string& id,
                                         Failure fresh,
                                         std::vector<LineParts> lines,
                                         ban::Instant now) {
  auto flags = read_flags(fresh);
  auto known = find_same_client(id, fresh, now);
  std::shared_ptr<Failure> failure;
  std::size_t users = 0;
  if (known) {
    failure = (*known)->failure;
    users = note_user(*failure, fresh);
    flags.was_nofail = failure->drop("nofail");
    flags.was_nofail = failure->drop("mlfgained") || flags.was_nofail;
    if (flags.gained) {
      failure->pending = false;
    }
    if (!flags.was_nofail && !failure->pending) {
      failure->matches.clear();
    }
    failure->update(std::move(fresh), true);
  } else {
    failure = std::make_shared<Failure>(std::move(fresh));
    if (!flags.forget) {
      users = note_user(*failure, *failure);
      oldest_first_.push_back({id, now, failure});
      known = std::prev(oldest_first_.end());
      by_id_.emplace(id, *known);
    }
  }
  if (std::exchange(failure->pending, false) || users > 1) {
    failure->drop("nofail");
    failure->drop("mlfgained");
    flags.nofail = flags.gained = false;
  }
  merge_lines(*failure, flags, std::move(lines));
  if (known && flags.forget) {
    forget(*known);
  } else if (known) {
    weigh(*known);
  }
  return failure;
}

}  // namespace spranga::guard
