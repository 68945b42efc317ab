// A configuration file: what is read lies within its lines, each value knows where it stands, and
// every fault has words.
#include <algorithm>

#include "fuzz/input.h"
#include "guard/config/ini_file.h"
#include "guard/config/python_text.h"

using namespace spranga::guard::config;
using spranga::fuzz::require;

namespace {

void check_section(const Section& section, int lines) {
  for (const auto& [name, value] : section) {
    require(lower(name) == name);
    require(value.written.line >= 1 && value.written.line <= lines);
    require(rstrip(value.str()).size() == value.str().size());
    int last = 0;
    for (const auto& line : value.text.lines()) {
      const auto number = line.place_at(0).line;
      require(number >= last && number <= lines);
      last = number;
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = spranga::fuzz::as_text(data, size);
  const auto file = parse_ini(bytes, "f");
  const auto lines =
      static_cast<int>(1 + std::ranges::count(bytes, '\n') + std::ranges::count(bytes, '\r'));
  check_section(file.defaults, lines);
  for (const auto& [name, section] : file.sections) {
    require(file.section_lines.contains(name));
    check_section(section, lines);
  }
  require((fatal_fault(file) == nullptr) == python_message(file).empty());
  for (const auto& fault : file.faults) {
    require(!explain(fault).empty());
    require(fault.line >= 1 && fault.line <= lines);
  }
  return 0;
}
