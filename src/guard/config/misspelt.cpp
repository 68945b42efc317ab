#include "guard/config/misspelt.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "guard/config/jail_sections.h"
#include "guard/config/option_table.h"
#include "guard/config/python_text.h"
#include "text/nearest.h"

namespace spranga::guard::config {

namespace {

using Names = std::set<std::string, std::less<>>;

/// NAME of every %(NAME)s and %(section/NAME)s.
void collect_references(const Section& section, Names& out) {
  for (const auto& [option, value] : section) {
    const auto& text = value.str();
    for (auto at = text.find("%("); at != std::string::npos; at = text.find("%(", at + 2)) {
      const auto end = text.find(')', at);
      const auto name = text.substr(at + 2, end == std::string::npos ? 0 : end - at - 2);
      out.insert(name.substr(name.find('/') + 1));
    }
  }
}

}  // namespace

void warn_of_misspelt_options(const Ini& jails, Problems& problems) {
  Names used{"mode", "port", "protocol", "chain", "name", "logtype"};
  collect_references(jails.defaults, used);
  for (const auto& [name, section] : jails.sections) {
    collect_references(section, used);
  }
  std::vector<std::string_view> known;
  for (const auto rows : {jail_rows(), own_jail_rows(), own_filter_rows()}) {
    for (const auto& row : rows) {
      known.push_back(row.name);
    }
  }
  const auto check = [&](const Section& section) {
    for (const auto& [option, value] : section) {
      const bool plain = option.find_first_of("/?") == std::string::npos;
      if (!plain || used.contains(option) || std::ranges::count(known, option) > 0) {
        continue;
      }
      const auto nearest = text::nearest(option, known);
      // action_mw is somebody's own name, for action = %(action_mw)s.
      if (!nearest.empty() && !option.starts_with(std::string(nearest) + "_")) {
        problems.warn(
            value.written,
            "nobody reads the option " + option + "; did you mean " + std::string(nearest) + "?");
      }
    }
  };
  check(jails.defaults);
  for (const auto& name : jail_sections(jails)) {
    problems.jail = name;
    if (lower(name) == "default") {
      const auto head = jails.heads.find(name);
      problems.warn(head == jails.heads.end() ? Place() : head->second,
                    "this is a jail of that name; what holds for all jails stands in [DEFAULT], "
                    "in capitals");
    }
    check(*jails.section(name));
  }
  problems.jail.clear();
}

}  // namespace spranga::guard::config
