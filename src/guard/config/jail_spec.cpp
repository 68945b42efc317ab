#include "guard/config/jail_spec.h"

#include <array>
#include <charconv>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>

#include "guard/config/interpolation.h"
#include "guard/config/option_table.h"
#include "guard/config/paths.h"
#include "guard/config/python_text.h"
#include "guard/config/time_expression.h"
#include "guard/config/value_check.h"

namespace spranga::guard::config {

namespace {

using ban::FilterSpec;
using ban::JailSpec;

ban::Expression expression_of(const Term& term) {
  return {term.text, origin_of(term.place)};
}

/// A whole number that fits; none: it is not set, or was not readable and is reported already.
std::optional<int> whole(const Term& term) {
  int value = 0;
  const auto* const end = term.text.data() + term.text.size();
  const auto read = std::from_chars(term.text.data(), end, value);
  if (term.text == "None" && term.kind == Term::Kind::literal) {
    return std::nullopt;
  }
  if (read.ec == std::errc::result_out_of_range) {
    return term.text.starts_with('-') ? std::numeric_limits<int>::min()
                                      : std::numeric_limits<int>::max();
  }
  return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

void set_whole(int& target, const Term& term) {
  if (const auto value = whole(term)) {
    target = *value;
  }
}

bool truth(const Term& term) {
  return term.text == "True";
}

Result<void> set_time(std::chrono::seconds& target, const Term& term) {
  SPRANGA_TRY(target, parse_time(term.text));
  return {};
}

template <class T>
Result<void> set_time(std::optional<T>& target, const Term& term) {
  SPRANGA_TRY(target, parse_time(term.text));
  return {};
}

ban::UseDns use_dns(std::string_view text) {
  const auto value = lower(text);
  return value == "yes"    ? ban::UseDns::yes
         : value == "warn" ? ban::UseDns::warn
         : value == "raw"  ? ban::UseDns::raw
                           : ban::UseDns::no;
}

std::optional<std::string> unless_empty(const Term& term) {
  return term.text.empty() ? std::nullopt : std::optional(term.text);
}

/// What a command of the list sets: its name, then its values.
using Values = std::vector<Term>;

template <class Target>
struct Setter {
  std::string_view name;
  Result<void> (*set)(Target& target, const Values& values);
};

template <class Member>
Result<void> add_expressions(Member& list, const Values& values) {
  const auto& terms = values.front().kind == Term::Kind::list ? values.front().items : values;
  for (const auto& term : terms) {
    list.push_back(expression_of(term));
  }
  return {};
}

const std::array filter_setters = {
    Setter<FilterSpec>{"prefregex",
                       [](FilterSpec& f, const Values& v) {
                         f.prefregex = v.front().text.empty()
                                           ? std::nullopt
                                           : std::optional(expression_of(v.front()));
                         return Result<void>();
                       }},
    Setter<FilterSpec>{
        "addfailregex",
        [](FilterSpec& f, const Values& v) { return add_expressions(f.failregex, v); }},
    Setter<FilterSpec>{
        "addignoreregex",
        [](FilterSpec& f, const Values& v) { return add_expressions(f.ignoreregex, v); }},
    Setter<FilterSpec>{"maxlines",
                       [](FilterSpec& f, const Values& v) {
                         set_whole(f.maxlines, v.front());
                         f.maxlines_given = true;
                         return Result<void>();
                       }},
    Setter<FilterSpec>{"datepattern",
                       [](FilterSpec& f, const Values& v) {
                         f.datepattern = unless_empty(v.front());
                         return Result<void>();
                       }},
    Setter<FilterSpec>{"addjournalmatch",
                       [](FilterSpec& f, const Values& v) {
                         std::string line;
                         for (const auto& term : v) {
                           line += (line.empty() ? "" : " ") + term.text;
                         }
                         f.journalmatch.push_back(std::move(line));
                         return Result<void>();
                       }},
};

const std::array jail_setters = {
    Setter<JailSpec>{"usedns",
                     [](JailSpec& j, const Values& v) {
                       j.usedns = use_dns(v.front().text);
                       return Result<void>();
                     }},
    Setter<JailSpec>{"maxretry",
                     [](JailSpec& j, const Values& v) {
                       set_whole(j.maxretry, v.front());
                       return Result<void>();
                     }},
    Setter<JailSpec>{"maxmatches",
                     [](JailSpec& j, const Values& v) {
                       set_whole(j.maxmatches, v.front());
                       return Result<void>();
                     }},
    Setter<JailSpec>{"findtime",
                     [](JailSpec& j, const Values& v) { return set_time(j.findtime, v.front()); }},
    Setter<JailSpec>{"bantime",
                     [](JailSpec& j, const Values& v) { return set_time(j.bantime, v.front()); }},
    Setter<JailSpec>{"bantime.increment",
                     [](JailSpec& j, const Values& v) {
                       j.increment.enabled = truth(v.front());
                       return Result<void>();
                     }},
    Setter<JailSpec>{"bantime.factor",
                     [](JailSpec& j, const Values& v) {
                       j.increment.factor = unless_empty(v.front());
                       return Result<void>();
                     }},
    Setter<JailSpec>{"bantime.formula",
                     [](JailSpec& j, const Values& v) {
                       j.increment.formula = unless_empty(v.front());
                       return Result<void>();
                     }},
    Setter<JailSpec>{"bantime.multipliers",
                     [](JailSpec& j, const Values& v) {
                       j.increment.multipliers = unless_empty(v.front());
                       return Result<void>();
                     }},
    Setter<JailSpec>{"bantime.maxtime",
                     [](JailSpec& j, const Values& v) {
                       return v.front().text.empty() ? Result<void>()
                                                     : set_time(j.increment.maxtime, v.front());
                     }},
    Setter<JailSpec>{"bantime.rndtime",
                     [](JailSpec& j, const Values& v) {
                       return v.front().text.empty() ? Result<void>()
                                                     : set_time(j.increment.rndtime, v.front());
                     }},
    Setter<JailSpec>{"bantime.overalljails",
                     [](JailSpec& j, const Values& v) {
                       j.increment.overalljails = truth(v.front());
                       return Result<void>();
                     }},
    Setter<JailSpec>{"ignorecommand",
                     [](JailSpec& j, const Values& v) {
                       j.ignorecommand = v.front().text;
                       return Result<void>();
                     }},
    Setter<JailSpec>{"ignoreself",
                     [](JailSpec& j, const Values& v) {
                       j.ignoreself = truth(v.front());
                       return Result<void>();
                     }},
    Setter<JailSpec>{"addignoreip",
                     [](JailSpec& j, const Values& v) {
                       for (const auto& term : v) {
                         j.ignoreip.push_back(term.text);
                       }
                       return Result<void>();
                     }},
    Setter<JailSpec>{"ignorecache",
                     [](JailSpec& j, const Values& v) {
                       j.ignorecache = v.front().text;
                       return Result<void>();
                     }},
    Setter<JailSpec>{"logtimezone",
                     [](JailSpec& j, const Values& v) {
                       j.logtimezone = unless_empty(v.front());
                       return Result<void>();
                     }},
    Setter<JailSpec>{"logencoding",
                     [](JailSpec& j, const Values& v) {
                       j.logencoding = v.front().text;
                       return Result<void>();
                     }},
};

template <class Target, std::size_t size>
Result<bool> apply(const std::array<Setter<Target>, size>& setters,
                   Target& target,
                   const std::string& name,
                   const Values& values,
                   Problems& problems) {
  for (const auto& setter : setters) {
    if (setter.name != name) {
      continue;
    }
    if (const auto done = setter.set(target, values); !done) {
      const auto& place = values.front().place;
      return problems.refuse(place,
                             name + " = " + values.front().text + ": " + done.error().detail +
                                 hint_of_comment(values.front().text),
                             done.error().detail);
    }
    return true;
  }
  return false;
}

/// A command's name and values: "set JAIL NAME VALUE…" or "multi-set JAIL NAME [VALUE…]".
std::optional<std::pair<std::string, Values>> setting_of(const Term& command) {
  constexpr std::size_t values_from = 3;
  const auto& items = command.items;
  if (items.size() <= values_from || (items[0].text != "set" && items[0].text != "multi-set")) {
    return std::nullopt;
  }
  return std::pair(items[2].text, Values(items.begin() + values_from, items.end()));
}

std::vector<ban::LogPath> log_paths(const Section& options) {
  std::vector<ban::LogPath> out;
  const auto* value = options.find("logpath");
  if (value == nullptr) {
    return out;
  }
  for (const auto& line : value->text.lines()) {
    const auto blank = line.text().rfind(' ');
    if (!line.empty()) {
      out.push_back({line.text().substr(0, blank),
                     blank != std::string::npos && line.text().substr(blank + 1) == "tail"});
    }
  }
  return out;
}

void set_prefix(int& target, int longest, const Value& value, Problems& problems) {
  if (value.is_none()) {
    return;  // no number, and told already
  }
  const auto number = whole(Term::of(value));
  if (number && *number >= 1 && *number <= longest) {
    target = *number;
  } else {
    problems.warn(value.written,
                  "a prefix of " + value.str() + " bits: choose 1 to " + std::to_string(longest) +
                      "; each address counts for itself");
  }
}

Result<void> read_own(const Reading& reading, const Ini& jails, const Jail& jail, JailSpec& spec) {
  SPRANGA_TRY(
      const auto own,
      read_options({jails, jail.name, nullptr}, own_jail_rows(), nullptr, true, reading.problems));
  if (const auto* counting = own.find("counting")) {
    if (counting->str() == "window") {
      spec.counting = ban::Counting::window;
    } else if (counting->str() != "fail2ban") {
      reading.problems.warn(
          counting->written,
          "counting = " + counting->str() + ": choose fail2ban or window; fail2ban holds");
    }
  }
  if (const auto* bits = own.find("ipv4_prefix")) {
    set_prefix(spec.ipv4_prefix, 32, *bits, reading.problems);
  }
  if (const auto* bits = own.find("ipv6_prefix")) {
    set_prefix(spec.ipv6_prefix, 128, *bits, reading.problems);
  }
  if (const auto* value = own.find("skip_if_nologs")) {
    spec.skip_if_nologs = value->str() == "True";
  }
  if (const auto* value = own.find("systemd_if_nologs")) {
    spec.systemd_if_nologs = value->str() == "True";
  }
  SPRANGA_TRY(const auto weak, get({jails, jail.name, nullptr}, "weakregex", reading.problems));
  if (weak) {
    spec.filter.weakregex.clear();
    for (const auto& line : weak->text.lines()) {
      if (!line.empty()) {
        spec.filter.weakregex.push_back({line.text(), origin_of(line.place_at(0))});
      }
    }
  }
  return {};
}

/// weakregex of a filter with the parameters that a jail passed.
Result<void> read_weak(const Definition& filter, FilterSpec& spec, Problems& problems) {
  const auto* section = filter.ini().section("Definition");
  if (section == nullptr || !section->contains("weakregex")) {
    return {};
  }
  auto weak = filter.with_rows(own_filter_rows());
  SPRANGA_CHECK(weak.read({}, false));
  SPRANGA_TRY(const auto options, weak.combined());
  static_cast<void>(problems);
  if (const auto* value = options.find("weakregex")) {
    for (const auto& line : value->text.lines()) {
      if (!line.empty()) {
        spec.weakregex.push_back({line.text(), origin_of(line.place_at(0))});
      }
    }
  }
  return {};
}

Result<void> set(JailSpec& spec,
                 const std::string& name,
                 const Values& values,
                 Problems& problems) {
  const auto option = name.starts_with("add") ? name.substr(3) : name;
  spec.origins[option] = origin_of(values.front().place);
  SPRANGA_TRY(const bool done, apply(filter_setters, spec.filter, name, values, problems));
  if (!done) {
    SPRANGA_CHECK(apply(jail_setters, spec, name, values, problems));
  }
  return {};
}

/// All of them, whatever is wrong with one; the last error.
Result<void> set_all(JailSpec& spec, const Commands& commands, Problems& problems) {
  Result<void> good;
  for (const auto& command : commands) {
    if (const auto setting = setting_of(command)) {
      if (auto done = set(spec, setting->first, setting->second, problems); !done) {
        good = std::move(done);
      }
    }
  }
  return good;
}

}  // namespace

Result<FilterSpec> to_filter_spec(const Definition& filter,
                                  const std::string& name,
                                  Problems& problems) {
  FilterSpec spec;
  spec.name = name;
  auto copy = filter;
  SPRANGA_TRY(const auto options, copy.combined());
  SPRANGA_TRY(const auto commands, commands_of_filter(options, ""));
  for (const auto& command : commands) {
    if (const auto setting = setting_of(command)) {
      SPRANGA_CHECK(apply(filter_setters, spec, setting->first, setting->second, problems));
    }
  }
  SPRANGA_CHECK(read_weak(filter, spec, problems));
  return spec;
}

Result<JailSpec> to_jail_spec(const Reading& reading, const Ini& jails, const Jail& jail) {
  auto& problems = reading.problems;
  auto good = check_values(jail, problems);  // what is wrong further down is told too
  JailSpec spec;
  spec.name = jail.name;
  spec.enabled = jail.enabled;
  spec.origin = origin_of(jail.head);
  spec.backend = jail.options.find("backend")->str();
  spec.logpath = log_paths(jail.options);
  if (jail.filter) {
    spec.filter.name = basename(jail.filter->ini().name);
    SPRANGA_CHECK(read_weak(*jail.filter, spec.filter, problems));
  }
  SPRANGA_TRY(const auto commands, commands_of_settings(jail));
  if (auto done = set_all(spec, commands, problems); !done) {
    good = std::move(done);
  }
  for (const auto& action : jail.actions) {
    SPRANGA_TRY(auto read, to_action_spec(action, problems));
    spec.actions.push_back(std::move(read));
  }
  SPRANGA_CHECK(read_own(reading, jails, jail, spec));
  SPRANGA_CHECK(good);
  return spec;
}

}  // namespace spranga::guard::config
