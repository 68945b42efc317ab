#include "app/catalogue_commands.h"

#include <algorithm>

#include "app/output.h"
#include "app/terminal.h"
#include "finding/catalogue.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  });
  return text;
}

std::string all_ids() {
  std::string list;
  for (const auto& check : finding::catalogue()) {
    list += (list.empty() ? "" : " ") + std::string(check.id);
  }
  return list;
}

}  // namespace

int explain_check(const std::string& id, const render::Style& style) {
  const auto* check = finding::find_check(upper(id));
  if (check == nullptr) {
    return usage_error(say(Word::value_no_check, {id, all_ids()}));
  }
  return print(render::explain(*check, style));
}

int explain_command(std::span<const std::string> arguments) {
  if (arguments.size() != 1) {
    return usage_error(say(Word::app_no_check_id), "spranga help explain");
  }
  render::Style style;
  style.colour = wants_colour(Colour::automatic);
  style.width = terminal_width();
  return explain_check(arguments.front(), style);
}

int docs_command(std::span<const std::string> /*arguments*/) {
  return print(render::catalogue_markdown(words::chosen_language()));
}

}  // namespace spranga::app
