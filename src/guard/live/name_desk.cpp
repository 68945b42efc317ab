#include "guard/live/name_desk.h"

#include <algorithm>
#include <utility>

namespace spranga::guard {

bool NameDesk::keep(const std::string& jail,
                    const ban::Sighting& sighting,
                    const std::vector<std::string>& ignored,
                    ban::Instant now) {
  const auto unknown = std::ranges::find_if(ignored, [this](const std::string& name) {
    const auto found = followed_.find(name);
    return found == followed_.end() || !found->second.answered;
  });
  const bool for_ignored = unknown != ignored.end() && net::Address::parse(sighting.id).has_value();
  if (!sighting.is_name && !for_ignored) {
    return false;
  }
  if (waiting_count_ >= most_waiting) {
    ++dropped_;
    return sighting.is_name;  // an address is judged without
  }
  Ready waiting{jail, sighting, {}, sighting.is_name, {}, "", false};
  if (sighting.expression != nullptr) {
    waiting.rule = *sighting.expression;
  }
  waiting.sighting.expression = nullptr;
  if (sighting.is_name) {
    wait_for(sighting.id, std::move(waiting));
  } else {
    if (!followed_.contains(*unknown)) {
      follow({*unknown}, now);
    }
    wait_for(*unknown, std::move(waiting));
  }
  return true;
}

void NameDesk::wait_for(const std::string& name, Ready waiting) {
  waiting_[name].push_back(std::move(waiting));
  ++waiting_count_;
  ask(name);
}

void NameDesk::ask(const std::string& name) {
  if (asked_.insert(name).second) {
    questions_.push_back(name);
  }
}

void NameDesk::follow(const std::vector<std::string>& names, ban::Instant now) {
  for (const auto& name : names) {
    if (followed_.try_emplace(name, Known{false, {}, now + known_for}).second) {
      ask(name);
    }
  }
}

std::vector<net::Address> NameDesk::addresses_of(const std::string& name) const {
  const auto found = followed_.find(name);
  return found == followed_.end() ? std::vector<net::Address>{} : found->second.addresses;
}

std::vector<std::string> NameDesk::take_questions(ban::Instant now) {
  for (auto& [name, known] : followed_) {
    if (known.ask_at <= now) {
      known.ask_at = now + known_for;
      ask(name);
    }
  }
  return std::exchange(questions_, {});
}

/// Once in known_for, though each line asks anew.
bool NameDesk::tell_of(const std::string& name, ban::Instant now) {
  std::erase_if(told_, [now](const auto& one) { return one.second + known_for <= now; });
  if (told_.size() >= most_told) {
    told_.clear();
  }
  return told_.try_emplace(name, now).second;
}

void NameDesk::on_answer(const std::string& name,
                         const Result<std::vector<net::Address>>& answer,
                         ban::Instant now) {
  asked_.erase(name);
  if (const auto found = followed_.find(name); found != followed_.end()) {
    found->second.answered = true;
    found->second.ask_at = now + (answer ? std::chrono::seconds(known_for) : again_after);
    if (answer) {
      found->second.addresses = *answer;
    }
  }
  auto node = waiting_.extract(name);
  if (!node) {
    return;
  }
  waiting_count_ -= node.mapped().size();
  bool told = false;  // by the first of them
  for (auto& waiting : node.mapped()) {
    if (waiting.was_name && answer) {
      waiting.addresses = *answer;
    } else if (waiting.was_name) {
      waiting.error = answer.error().detail;
    }
    if (waiting.was_name && waiting.addresses.empty() && !std::exchange(told, true)) {
      waiting.unheard = tell_of(name, now);
    }
    ready_.push_back(std::move(waiting));
  }
}

}  // namespace spranga::guard
