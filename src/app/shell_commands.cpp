#include "app/shell_commands.h"

#include "app/completion.h"
#include "app/man_page.h"
#include "app/output.h"

namespace spranga::app {

using words::say;
using words::Word;

int man_command(std::span<const std::string> arguments) {
  const std::string name = arguments.empty() ? "check" : arguments.front();
  const auto* verb = find_verb(name);
  return verb == nullptr ? usage_error(say(Word::app_unknown_verb, {name}), "spranga help")
                         : print(man_page(*verb));
}

int completion_command(std::span<const std::string> arguments) {
  const auto script = arguments.empty() ? std::nullopt : completion_script(arguments.front());
  return script ? print(*script) : usage_error(say(Word::app_no_shell));
}

}  // namespace spranga::app
