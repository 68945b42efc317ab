#include "render/explain.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "render/labels.h"
#include "render/paint.h"
#include "render/wrap.h"

namespace spranga::render {

namespace {

using finding::Check;
using finding::Rule;
using words::Language;
using words::say;
using words::Word;

Word weight_sentence(finding::Weight weight) {
  constexpr std::array sentences = {Word::explain_must, Word::explain_should, Word::explain_inform};
  return sentences.at(static_cast<std::size_t>(weight));
}

std::vector<std::string> cure_of(const Check& check, Language language) {
  return check.remedy ? finding::remedy_lines(*check.remedy, finding::Product::unknown, language)
                      : std::vector<std::string>{};
}

std::string markdown_row(const Check& check, Language language) {
  const auto rule = check.rule == Rule::beyond ? say(Word::beyond_rule_mark, {}, language)
                                               : std::to_string(static_cast<int>(check.rule));
  auto anchor = std::string(check.id);
  anchor.front() = static_cast<char>(anchor.front() - 'A' + 'a');
  return fmt::format("| [{}](#{}) | {} | {} | {} |\n",
                     check.id,
                     anchor,
                     say(check.title, {}, language),
                     rule,
                     say(label_of(check.weight).word, {}, language));
}

std::string markdown_section(const Check& check, Language language) {
  auto out = fmt::format("\n## {}\n\n**{}**\n\n{}. {}\n\n{}\n\n*{}.* {}\n",
                         check.id,
                         say(check.title, {}, language),
                         rule_line(check.rule, language),
                         say(weight_sentence(check.weight), {}, language),
                         say(check.meaning, {}, language),
                         say(Word::explain_how, {}, language),
                         say(check.method, {}, language));
  const auto cure = cure_of(check, language);
  if (cure.empty()) {
    return out;
  }
  out += fmt::format("\n*{}.* {}\n", say(Word::explain_fix, {}, language), cure.front());
  if (cure.size() > 1) {
    out += "\n```\n";
    for (auto line = cure.begin() + 1; line != cure.end(); ++line) {
      out += *line + "\n";
    }
    out += "```\n";
  }
  return out;
}

}  // namespace

std::string rule_line(Rule rule, Language language) {
  const auto title = say(rule_title(rule), {}, language);
  return rule == Rule::beyond
             ? title
             : say(Word::explain_rule, {std::to_string(static_cast<int>(rule)), title}, language);
}

std::string explain(const Check& check, const Style& style) {
  const auto language = style.language;
  const auto width = static_cast<std::size_t>(std::clamp(style.width, 40, 100));
  const auto section = [&](Word word, const std::string& body) {
    return "\n" + paint(style, Ink::heading, say(word, {}, language)) + "\n" +
           hang("  ", body, width);
  };
  auto out =
      paint(style, Ink::heading, std::string(check.id) + "  " + say(check.title, {}, language)) +
      "\n" + hang("", rule_line(check.rule, language), width) +
      hang("", say(weight_sentence(check.weight), {}, language), width) +
      section(Word::explain_why, say(check.meaning, {}, language)) +
      section(Word::explain_how, say(check.method, {}, language));
  const auto cure = cure_of(check, language);
  if (!cure.empty()) {
    out += section(Word::explain_fix, cure.front());
    for (auto line = cure.begin() + 1; line != cure.end(); ++line) {
      out += "    " + *line + "\n";
    }
  }
  return out;
}

std::string catalogue_markdown(Language language) {
  auto out = fmt::format("# {}\n\n{}\n\n",
                         say(Word::checks_title, {}, language),
                         say(Word::checks_intro, {}, language));
  out += say(Word::checks_table_head, {}, language) + "\n|---|---|---|---|\n";
  for (const auto& check : finding::catalogue()) {
    out += markdown_row(check, language);
  }
  for (const auto& check : finding::catalogue()) {
    out += markdown_section(check, language);
  }
  return out;
}

}  // namespace spranga::render
