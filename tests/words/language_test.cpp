// Which language the environment asks for.
#include "words/language.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace spranga::words {
namespace {

Language asked_by(const std::map<std::string, std::string>& variables) {
  return language_of_environment([&variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string_view() : std::string_view(found->second);
  });
}

TEST(LanguageOfLocale, IsItalianForEveryItalianLocale) {
  for (const auto* locale : {"it", "it_IT", "it_IT.UTF-8", "it_CH.UTF-8@euro", "it.UTF-8"}) {
    EXPECT_EQ(language_of_locale(locale), Language::italian) << locale;
  }
}

TEST(LanguageOfLocale, IsEnglishForAllOthers) {
  for (const auto* locale : {"", "C", "C.UTF-8", "POSIX", "en_GB.UTF-8", "de_DE", "ita", "i"}) {
    EXPECT_EQ(language_of_locale(locale), Language::english) << locale;
  }
}

TEST(LanguageOfEnvironment, IsEnglishWithoutAnyVariable) {
  EXPECT_EQ(asked_by({}), Language::english);
}

TEST(LanguageOfEnvironment, FollowsLang) {
  EXPECT_EQ(asked_by({{"LANG", "it_IT.UTF-8"}}), Language::italian);
}

TEST(LanguageOfEnvironment, PrefersLcMessagesToLang) {
  EXPECT_EQ(asked_by({{"LANG", "it_IT.UTF-8"}, {"LC_MESSAGES", "C"}}), Language::english);
  EXPECT_EQ(asked_by({{"LANG", "C"}, {"LC_MESSAGES", "it_IT"}}), Language::italian);
}

TEST(LanguageOfEnvironment, PrefersLcAllToEverything) {
  EXPECT_EQ(asked_by({{"LC_ALL", "C"}, {"LC_MESSAGES", "it_IT"}, {"LANG", "it_IT"}}),
            Language::english);
}

TEST(LanguageOfEnvironment, PassesOverEmptyVariables) {
  EXPECT_EQ(asked_by({{"LC_ALL", ""}, {"LANG", "it_IT"}}), Language::italian);
}

TEST(LanguageOfTag, KnowsTheValuesOfTheOptionOnly) {
  EXPECT_EQ(language_of_tag("it"), Language::italian);
  EXPECT_EQ(language_of_tag("en"), Language::english);
  EXPECT_FALSE(language_of_tag("it_IT"));
  EXPECT_FALSE(language_of_tag(""));
  EXPECT_EQ(tag_of(Language::italian), "it");
}

}  // namespace
}  // namespace spranga::words
