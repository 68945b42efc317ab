// A filter or action from its file to its combined options: %(…)s and <tag>s end, within limits,
// with a value or with a problem that has words.
#include <algorithm>
#include <memory>

#include "fuzz/input.h"
#include "guard/config/definition.h"
#include "guard/config/ini_file.h"
#include "guard/config/jail_reader.h"
#include "guard/config/option_table.h"

using namespace spranga::guard::config;
using spranga::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t enough = 4096;
  const auto file = parse_ini(spranga::fuzz::as_text(data, std::min(size, enough)), "f");
  auto ini = std::make_shared<Ini>();
  ini->defaults = file.defaults;
  ini->sections = file.sections;
  Problems problems;
  Definition definition(ini, filter_rows(), {}, problems);
  apply_backend(definition, "auto");
  if (!definition.read({}, true)) {
    require(!problems.list.empty());
    return 0;
  }
  const auto options = definition.combined();
  if (!options) {
    require(!problems.list.empty());
    return 0;
  }
  const auto commands = commands_of_filter(*options, "jail");
  if (commands) {
    for (const auto& command : *commands) {
      require(to_text(command).starts_with("['"));
      require(!to_pretty_text(command).empty());
    }
  }
  for (const auto& problem : problems.list) {
    require(!to_text(problem).empty());
  }
  return 0;
}
