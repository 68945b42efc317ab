#include "app/language.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "words/phrase.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

constexpr std::string_view lang_option = "--lang";
constexpr std::string_view lang_assigned = "--lang=";

words::Language language_around() {
  return words::language_of_environment([](const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return std::string_view(value == nullptr ? "" : value);
  });
}

Result<void> set_language_to(const std::string& tag) {
  const auto language = words::language_of_tag(tag);
  if (!language) {
    return fail(Errc::malformed,
                std::string(lang_option) + ": " + say(Word::value_no_choice, {tag, "en, it"}));
  }
  words::set_language(*language);
  return {};
}

}  // namespace

Result<void> choose_language(std::vector<std::string>& arguments) {
  words::set_language(language_around());
  const auto end = std::ranges::find(arguments, "--");
  std::vector<std::string> left;
  for (auto argument = arguments.begin(); argument != end; ++argument) {
    if (argument->starts_with(lang_assigned)) {
      SPRANGA_CHECK(set_language_to(argument->substr(lang_assigned.size())));
    } else if (*argument != lang_option) {
      left.push_back(*argument);
    } else if (++argument == end) {
      return fail(Errc::malformed, say(Word::app_needs_value, {std::string(lang_option)}));
    } else {
      SPRANGA_CHECK(set_language_to(*argument));
    }
  }
  left.insert(left.end(), end, arguments.end());
  arguments = std::move(left);
  return {};
}

std::vector<std::string> language_arguments() {
  const auto language = words::chosen_language();
  if (language == language_around()) {
    return {};
  }
  return {std::string(lang_option), std::string(words::tag_of(language))};
}

}  // namespace spranga::app
