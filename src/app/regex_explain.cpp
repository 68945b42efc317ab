#include "app/regex_explain.h"

#include <fmt/format.h>

#include "words/phrase.h"

namespace spranga::app {

namespace {

using guard::CompiledExpression;
using words::say;
using words::Word;

/// "\"a\" + \"b\"", with "or" between the sets.
std::string sets_text(const std::vector<guard::WordSet>& sets) {
  std::string out;
  for (const auto& set : sets) {
    out += out.empty() ? "" : say(Word::regex_scan_or);
    for (const auto& word : set) {
      out += fmt::format("{}\"{}\"", &word == &set.front() ? "" : " + ", word);
    }
  }
  return out;
}

std::string place_text(const char* role, std::size_t number, const CompiledExpression& expression) {
  const auto& origin = expression.source().origin;
  const auto place = origin.file.empty() ? "" : fmt::format(" ({}:{})", origin.file, origin.line);
  return number == 0 ? role + place : fmt::format("{} {}{}", role, number, place);
}

std::string explain_one(const std::string& place,
                        const CompiledExpression& expression,
                        bool behind) {
  if (expression.has_line_words()) {
    return say(Word::regex_scan_words, {place, sets_text(expression.line_words())});
  }
  return say(behind ? Word::regex_scan_behind : Word::regex_scan_every, {place});
}

}  // namespace

std::vector<std::string> explain_scan(const guard::Pipeline& pipeline,
                                      const guard::LineReader& reader) {
  std::vector<std::string> out;
  const auto& prefix = pipeline.prefregex();
  if (prefix) {
    out.push_back(explain_one(place_text("prefregex", 0, *prefix), *prefix, false));
  }
  const bool behind = prefix && prefix->has_line_words();
  const auto explain = [&](const char* role, const auto& all, bool behind_prefix) {
    std::size_t number = 0;
    for (const auto& expression : all) {
      out.push_back(explain_one(place_text(role, ++number, expression), expression, behind_prefix));
    }
  };
  explain("failregex", pipeline.failregex(), behind);
  explain("weakregex", pipeline.weakregex(), behind);
  explain("ignoreregex", pipeline.ignoreregex(), false);
  const bool by_words = pipeline.can_be_scanned();
  out.push_back(say(by_words && reader.can_be_scanned() ? Word::regex_scan_yes
                    : by_words                          ? Word::regex_scan_no_encoding
                                                        : Word::regex_scan_no));
  return out;
}

}  // namespace spranga::app
