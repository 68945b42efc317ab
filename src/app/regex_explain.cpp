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

/// With its place and whether prefregex stands before it.
template <class Tell>
void for_each_expression(const guard::Pipeline& pipeline, const Tell& tell) {
  if (const auto& prefix = pipeline.prefregex()) {
    tell(place_text("prefregex", 0, *prefix), *prefix, false);
  }
  const auto each = [&](const char* role, const auto& all, bool prefixed) {
    std::size_t number = 0;
    for (const auto& expression : all) {
      tell(place_text(role, ++number, expression), expression, prefixed);
    }
  };
  each("failregex", pipeline.failregex(), true);
  each("weakregex", pipeline.weakregex(), true);
  each("ignoreregex", pipeline.ignoreregex(), false);
}

}  // namespace

std::vector<std::string> explain_scan(const guard::Pipeline& pipeline,
                                      const guard::LineReader& reader) {
  std::vector<std::string> out;
  const bool behind = pipeline.prefregex() && pipeline.prefregex()->has_line_words();
  for_each_expression(pipeline,
                      [&](const std::string& place, const auto& expression, bool prefixed) {
                        out.push_back(explain_one(place, expression, behind && prefixed));
                      });
  const bool by_words = pipeline.can_be_scanned();
  out.push_back(say(by_words && reader.can_be_scanned() ? Word::regex_scan_yes
                    : by_words                          ? Word::regex_scan_no_encoding
                                                        : Word::regex_scan_no));
  return out;
}

std::vector<std::string> explain_cost(const guard::Pipeline& pipeline, std::uint64_t lines) {
  std::vector<std::string> out;
  for_each_expression(pipeline, [&](const std::string& place, const auto& expression, bool) {
    const auto cost = expression.cost();
    if (cost.searches == 0) {
      out.push_back(say(Word::regex_cost_none, {place, std::to_string(lines)}));
      return;
    }
    const auto all = static_cast<double>(cost.time.count());
    out.push_back(say(Word::regex_cost,
                      {place,
                       std::to_string(cost.searches),
                       std::to_string(lines),
                       fmt::format("{:.0f}", all / static_cast<double>(cost.searches)),
                       fmt::format("{:.1f}", all / static_cast<double>(lines))}));
  });
  return out;
}

}  // namespace spranga::app
