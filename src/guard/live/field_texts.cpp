#include "guard/live/field_texts.h"

#include <fmt/format.h>

#include <algorithm>

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

std::map<std::string, std::string> kept_field_texts(const ban::Sighting& sighting) {
  auto out = field_texts(sighting);
  const auto shows = [&](std::string_view text) {
    return std::ranges::any_of(sighting.matches, [&](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  };
  if (shows(hidden_credential)) {
    std::erase_if(out, [&](const auto& field) { return !shows(field.second); });
  }
  return out;
}

}  // namespace spranga::guard
