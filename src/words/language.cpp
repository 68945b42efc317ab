#include "words/language.h"

#include <algorithm>
#include <array>
#include <atomic>

namespace spranga::words {

namespace {

struct Tag {
  std::string_view text;
  Language language;
};

constexpr std::array tags = {Tag{"en", Language::english}, Tag{"it", Language::italian}};

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): one language a process
std::atomic<Language> chosen{Language::english};

}  // namespace

Language chosen_language() {
  return chosen.load(std::memory_order_relaxed);
}

void set_language(Language language) {
  chosen.store(language, std::memory_order_relaxed);
}

std::string_view tag_of(Language language) {
  return std::ranges::find(tags, language, &Tag::language)->text;
}

std::optional<Language> language_of_tag(std::string_view tag) {
  const auto* found = std::ranges::find(tags, tag, &Tag::text);
  return found == tags.end() ? std::nullopt : std::optional(found->language);
}

Language language_of_locale(std::string_view locale) {
  // language[_territory][.codeset][@modifier]
  return language_of_tag(locale.substr(0, locale.find_first_of("_.@"))).value_or(Language::english);
}

Language language_of_environment(
    const std::function<std::string_view(const char* name)>& value_of) {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const auto locale = value_of(name); !locale.empty()) {
      return language_of_locale(locale);
    }
  }
  return Language::english;
}

}  // namespace spranga::words
