// The language of what a person reads. A process has one, chosen by its first lines; whatever is
// meant for a program says its own.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

namespace spranga::words {

enum class Language { english, italian };

/// English until set_language.
[[nodiscard]] Language chosen_language();

/// For main, and for what writes for programs.
void set_language(Language language);

/// "en" or "it": the values of --lang.
[[nodiscard]] std::string_view tag_of(Language language);

/// The language that --lang names.
[[nodiscard]] std::optional<Language> language_of_tag(std::string_view tag);

/// The language of a locale: italian for "it", "it_IT.UTF-8", "it_CH@euro"; else english.
[[nodiscard]] Language language_of_locale(std::string_view locale);

/// The language that the environment asks for: of LC_ALL, LC_MESSAGES and LANG the first that is
/// not empty decides. `value_of` gives a variable's value, "" where it is not set.
[[nodiscard]] Language language_of_environment(
    const std::function<std::string_view(const char* name)>& value_of);

}  // namespace spranga::words
