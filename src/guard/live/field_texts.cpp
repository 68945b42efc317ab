#include "guard/live/field_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "guard/match/credentials.h"

namespace spranga::guard {

namespace {

std::string text_of(const ban::FieldValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return *text;
  }
  if (const auto* set = std::get_if<std::set<std::string>>(&value)) {
    return fmt::format("{}", fmt::join(*set, ", "));
  }
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    return fmt::format("{}", fmt::join(*list, ", "));
  }
  return "";
}

}  // namespace

std::map<std::string, std::string> field_texts(const ban::Sighting& sighting) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : sighting.fields) {
    out.emplace(name, text_of(value));
  }
  return out;
}

bool is_shown(std::string_view text, const std::vector<std::string>& lines) {
  return std::ranges::any_of(
      lines, [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

std::map<std::string, std::string> kept_field_texts(const ban::Sighting& sighting,
                                                    const std::vector<std::string>& lines) {
  constexpr std::array of_no_action{
      "mlfid", "mlfgained", "mlfforget", "nofail", "users", "ip4", "ip6", "dns"};
  constexpr std::array no_secret{"ip", "fid", "cidr", "fport"};
  const auto is_in = [](const auto& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
  };
  auto out = field_texts(sighting);
  const bool of_session = !out["mlfid"].empty();
  const auto shows = [&](std::string_view text) {
    return is_shown(text, lines) || is_shown(text, sighting.matches);
  };
  const bool may_hide = of_session || shows(hidden_credential);
  std::erase_if(out, [&](const auto& field) {
    const auto& [name, value] = field;
    return value.empty() || is_in(of_no_action, name) ||
           (may_hide && !is_in(no_secret, name) && !shows(value));
  });
  return out;
}

}  // namespace spranga::guard
