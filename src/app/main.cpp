// spranga: the command line.
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/terminal.h"
#include "app/verb.h"

namespace {

struct OtherName {
  std::string_view name;
  std::string_view verb;
};

/// A link of this name stands for the verb.
constexpr std::array other_names = {OtherName{"fail2ban-regex", "regex"},
                                    OtherName{"fail2ban-client", "client"},
                                    OtherName{"fail2ban-server", "server"}};

std::string verb_of_name(std::string_view called) {
  const auto name = called.substr(called.rfind('/') + 1);
  for (const auto& other : other_names) {
    if (name == other.name) {
      return std::string(other.verb);
    }
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  spranga::app::handle_signals();
  std::vector<std::string> arguments(argc > 0 ? argv + 1 : argv, argv + argc);
  if (auto verb = verb_of_name(argc > 0 ? argv[0] : ""); !verb.empty()) {
    arguments.insert(arguments.begin(), std::move(verb));
  }
  return spranga::app::run_command_line(arguments);
}
