// One file of the configuration, as Python's ConfigParser (strict) reads it: no layers, nothing
// interpolated. What Python refuses is noted, and reading goes on: who imitates fail2ban stops at
// the first fault, who starts the jails that are sound goes on without those that are not.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "guard/config/value.h"

namespace spranga::guard::config {

struct IniFault {
  enum class Kind { duplicate_section, duplicate_option, no_section_yet, no_option, not_utf8 };

  Kind kind{Kind::no_option};
  std::string section;
  std::string option;
  int line{0};
  std::string text;  // the line itself
};

struct IniFile {
  std::shared_ptr<const std::string> path;
  Section defaults;
  Ordered<Section> sections;
  std::map<std::string, int, std::less<>> section_lines;
  std::vector<IniFault> faults;
};

[[nodiscard]] IniFile parse_ini(std::string_view bytes, const std::string& path);

/// The fault that ends Python's reading; nullptr where it reads the file.
[[nodiscard]] const IniFault* fatal_fault(const IniFile& file);

/// The words of Python's exception about it, which fail2ban prints.
[[nodiscard]] std::string python_message(const IniFile& file);

/// The same for a person, without file and line.
[[nodiscard]] std::string explain(const IniFault& fault);

}  // namespace spranga::guard::config
