#include "action_runner/started_families.h"

#include <algorithm>

namespace spranga::action_runner {

std::uint8_t StartedFamilies::state_of(const Family& family) const {
  const auto found = std::ranges::find(families_, family, &Started::value_type::first);
  return found == families_.end() ? std::uint8_t{0} : found->second;
}

void StartedFamilies::set_state(const Family& family, std::uint8_t state) {
  const auto found = std::ranges::find(families_, family, &Started::value_type::first);
  if (found == families_.end()) {
    families_.emplace_back(family, state);
  } else {
    found->second = state;
  }
}

void StartedFamilies::note_ban(const Family& family) {
  set_state(family, state_of(family) | is_started | has_bans);
}

bool StartedFamilies::knows(const Family& family) const {
  return std::ranges::find(families_, family, &Started::value_type::first) != families_.end();
}

std::vector<StartedFamilies::Family> StartedFamilies::with(std::uint8_t state) const {
  std::vector<Family> out;
  for (const auto& [family, has] : families_) {
    if (has != 0 && (has & state) == state) {
      out.push_back(family);
    }
  }
  return out;
}

void ExecutedCommands::note(const std::string& command,
                            const Family& family,
                            const std::string& text) {
  texts_[command][family] = text;
}

void ExecutedCommands::forget(const std::string& command, const Family& family) {
  auto& families = texts_[command];
  const auto found = families.find(family);
  if (found != families.end()) {
    const auto text = found->second;
    std::erase_if(families, [&](const auto& each) { return each.second == text; });
  }
}

bool ExecutedCommands::ran_for_another(const std::string& command,
                                       const Family& family,
                                       const std::string& text) const {
  const auto known = texts_.find(command);
  return known != texts_.end() && std::ranges::any_of(known->second, [&](const auto& each) {
           return each.first != family && each.second == text;
         });
}

}  // namespace spranga::action_runner
