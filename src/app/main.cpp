// spranga: the command line.
#include <string>
#include <vector>

#include "app/terminal.h"
#include "app/verb.h"

int main(int argc, char** argv) {
  spranga::app::handle_signals();
  const std::vector<std::string> arguments(argc > 0 ? argv + 1 : argv, argv + argc);
  return spranga::app::run_command_line(arguments);
}
