#include "words/phrase.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <array>
#include <cstddef>

#include "text/escape.h"
#include "words/elsewhere.h"
#include "words/italian.h"

namespace spranga::words {

namespace {

struct Row {
  std::string_view name;
  std::string_view english;
};

constexpr std::array rows = {
    Row{"none", ""},
#define SPRANGA_WORD(name, english) Row{#name, english},
#include "words/all.inc"
#undef SPRANGA_WORD
};

const Row& row_of(Word word) {
  return rows.at(static_cast<std::size_t>(word));
}

}  // namespace

std::string say(const Phrase& phrase, Language language) {
  fmt::dynamic_format_arg_store<fmt::format_context> values;
  for (const auto& value : phrase.values) {
    values.push_back(text::escape(translate(value, language)));
  }
  const auto text = text_of(phrase.word, language);
  try {
    return fmt::vformat(fmt::string_view(text.data(), text.size()), values);
  } catch (const fmt::format_error&) {
    // A phrase with too few values is a defect of ours; a test reads every row, and nothing is
    // lost.
    return std::string(text);
  }
}

std::string say(Word word, std::vector<std::string> values, Language language) {
  return say(Phrase{word, std::move(values)}, language);
}

std::string_view text_of(Word word, Language language) {
  const auto italian = language == Language::italian ? italian_of(word) : std::string_view();
  return italian.empty() ? row_of(word).english : italian;
}

std::string_view name_of(Word word) {
  return row_of(word).name;
}

std::size_t word_count() {
  return rows.size();
}

}  // namespace spranga::words
