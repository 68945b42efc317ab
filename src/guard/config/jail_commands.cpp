// The -d list of one jail. Its order is fail2ban's: usedns and what the expressions depend on come
// first, log files after everything that says how to read them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <utility>
#include <variant>

#include "guard/config/jail_reader.h"
#include "guard/config/option_table.h"
#include "guard/config/paths.h"
#include "guard/config/python_text.h"
#include "guard/config/shell_words.h"
#include "guard/config/time_expression.h"

namespace spranga::guard::config {

namespace {

Term command(std::string_view verb, const std::string& jail, std::vector<Term> rest) {
  std::vector<Term> items{Term::of(verb), Term::of(jail)};
  items.insert(
      items.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
  return Term::list(std::move(items));
}

/// Commands of a filter's options, be they in the filter or in the jail. The second source's
/// options that come first go before those of the first.
class FilterCommands {
public:
  FilterCommands(Commands& out, const std::string& jail) : out_(out), jail_(jail) {}

  [[nodiscard]] Result<void> add(const Section& options) {
    first_ = 0;
    for (const auto& [name, value] : options) {
      if (!value.is_none()) {
        SPRANGA_CHECK(option(name, value));
      }
    }
    return {};
  }

private:
  [[nodiscard]] Result<void> option(const std::string& name, const Value& value) {
    if (name == "failregex" || name == "ignoreregex") {
      expressions("add" + name, value.text);
    } else if (name == "usedns" || name == "maxlines" || name == "prefregex") {
      const auto at = name == "usedns" ? 0 : first_;
      out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(at),
                  command("set", jail_, {Term::of(name), Term::of(value)}));
      ++first_;
    } else if (std::string_view("datepattern").find(name) != std::string_view::npos) {
      // fail2ban 1.0 asks whether the name is part of this word.
      out_.push_back(command("set", jail_, {Term::of(name), Term::of(value)}));
    } else if (name == "journalmatch") {
      return journal_matches(value.text);
    }
    return {};
  }

  void expressions(const std::string& verb, const Traced& text) {
    std::vector<Term> list;
    for (const auto& line : text.lines()) {
      if (!line.empty()) {
        list.push_back(Term::of(line));
      }
    }
    if (list.size() == 1) {
      out_.push_back(command("set", jail_, {Term::of(verb), std::move(list.front())}));
    } else if (!list.empty()) {
      out_.push_back(command("multi-set", jail_, {Term::of(verb), Term::list(std::move(list))}));
    }
  }

  [[nodiscard]] Result<void> journal_matches(const Traced& text) {
    for (const auto& line : text.lines()) {
      if (line.empty()) {
        continue;
      }
      SPRANGA_TRY(const auto words, split_shell_words(line.text()));
      std::vector<Term> rest{Term::of("addjournalmatch")};
      for (const auto& word : words) {
        rest.push_back(Term::of(word, line.place_at(0)));
      }
      out_.push_back(command("set", jail_, std::move(rest)));
    }
    return {};
  }

  Commands& out_;
  const std::string& jail_;
  std::size_t first_{0};
};

/// One character as json.dumps() writes it.
std::string json_rune(const Rune& rune) {
  const auto c = static_cast<unsigned>(rune.valid ? rune.value : 0xDC00 + rune.value);
  constexpr std::string_view escaped = "\"\\\n\r\t\b\f";
  constexpr std::string_view letters = "\"\\nrtbf";
  const auto found = c < 0x80 ? escaped.find(static_cast<char>(c)) : std::string_view::npos;
  if (found != std::string_view::npos) {
    return {'\\', letters[found]};
  }
  if (c >= 0x20 && c < 0x7f) {
    return {static_cast<char>(c)};
  }
  if (c < 0x10000) {
    return fmt::format("\\u{:04x}", c);
  }
  const auto rest = c - 0x10000;
  return fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF));
}

/// json.dumps() of a script's parameters.
std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const auto rune = rune_at(text, at);
    out += json_rune(rune);
    at += rune.size;
  }
  return out + "\"";
}

std::string script_json(const Action& action) {
  std::string json;
  for (const auto& [name, value] : action.parameters) {
    json += (json.empty() ? "" : ", ") + json_text(name) + ": " + json_text(value.str());
  }
  return "{" + json + "}";
}

/// These belong to the moment of a ban, and are filled in then.
const std::set<std::string, std::less<>> tags_of_a_ban = {
    "matches", "ipmatches", "ipjailmatches", "timeout", "bantime"};

/// What an action is told, in fail2ban's order: what every action knows, then its own.
Result<std::vector<std::pair<std::string, Value>>> options_of(const Action& action) {
  auto definition = *action.definition;
  SPRANGA_TRY(const auto options, definition.combined(tags_of_a_ban));
  std::vector<std::pair<std::string, Value>> out;
  for (const auto& [name, value] : options) {
    if (find_row(action_rows(), name) != nullptr) {
      out.emplace_back(name, value);
    }
  }
  for (const auto& [name, value] : definition.init()) {
    if (find_row(action_rows(), name) == nullptr && !name.starts_with("known/")) {
      out.emplace_back(name, value);
    }
  }
  return out;
}

/// In milliseconds; one that is no time is told, and the usual one holds.
std::chrono::milliseconds timeout_of(const Value& value, Problems& problems) {
  constexpr double longest = 1e9;  // seconds
  const auto read = evaluate_time(value.str());
  const auto seconds =
      !read ? -1.0 : std::visit([](auto n) { return static_cast<double>(n); }, *read);
  if (seconds < 0 || seconds > longest) {
    problems.warn(value.written, "timeout = " + value.str() + " is no time; 60 seconds hold");
    return ban::ActionSpec::usual_timeout;
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

Result<void> add_action(const Jail& jail, const Action& action, Commands& out) {
  if (!action.definition) {
    out.push_back(command("set",
                          jail.name,
                          {Term::of("addaction"),
                           Term::of(action.name),
                           Term::of(action.file),
                           Term::of(script_json(action))}));
    return {};
  }
  SPRANGA_TRY(const auto options, options_of(action));
  out.push_back(command("set", jail.name, {Term::of("addaction"), Term::of(action.name)}));
  std::vector<Term> list;
  list.reserve(options.size());
  for (const auto& [name, value] : options) {
    list.push_back(Term::list({Term::of(name), Term::of(value)}));
  }
  const auto about = [&](std::string_view verb, std::vector<Term> rest) {
    rest.insert(rest.begin(), {Term::of("action"), Term::of(action.name)});
    out.push_back(command(verb, jail.name, std::move(rest)));
  };
  if (list.size() == 1) {
    about("set", list.front().items);
  } else if (!list.empty()) {
    about("multi-set", {Term::list(std::move(list))});
  }
  return {};
}

/// Splits "PATH tail" into path and where to begin.
std::pair<std::string, std::string> path_and_start(const std::string& line) {
  const auto blank = line.rfind(' ');
  return blank == std::string::npos ? std::pair(line, std::string("head"))
                                    : std::pair(line.substr(0, blank), line.substr(blank + 1));
}

Result<void> add_logs(
    const Jail& jail, const Value& value, bool need_files, Commands& out, Problems& problems) {
  if (jail.options.find("backend")->str().starts_with("systemd")) {
    return {};
  }
  bool any = false;
  for (const auto& line : value.text.lines()) {
    const auto [pattern, start] = path_and_start(line.text());
    for (const auto& path : glob(pattern)) {
      if (!exists(path)) {
        problems.warn(line.place_at(0), path + " is a link to nothing");
        continue;
      }
      any = true;
      out.push_back(
          command("set", jail.name, {Term::of("addlogpath"), Term::of(path), Term::of(start)}));
    }
  }
  if (any) {
    return {};
  }
  const auto ours = "no log file of the jail exists: " + value.str();
  if (need_files) {
    return problems.refuse(
        value.written, ours, "Have not found any log file for " + jail.name + " jail");
  }
  problems.warn(value.written, ours);
  return {};
}

/// str.split of fail2ban's lists: at blanks, commas and line ends.
std::vector<Term> words_of(const Traced& text) {
  std::vector<Term> out;
  const auto& all = text.text();
  for (std::size_t at = 0; at < all.size();) {
    const auto end = std::min(all.find_first_of(" ,\n", at), all.size());
    const auto word = strip(std::string_view(all).substr(at, end - at));
    if (!word.empty()) {
      out.push_back(Term::of(word, text.place_at(at)));
    }
    at = end + 1;
  }
  return out;
}

/// Options that are no command of their own.
bool has_no_command(std::string_view name) {
  constexpr std::array silent = {std::string_view("action"),
                                 std::string_view("filter"),
                                 std::string_view("enabled"),
                                 std::string_view("backend"),
                                 std::string_view("logpath")};
  return std::ranges::find(silent, name) != silent.end() ||
         find_row(filter_rows(), name) != nullptr;
}

}  // namespace

Result<Commands> commands_of_filter(const Section& options, const std::string& jail) {
  Commands out;
  SPRANGA_CHECK(FilterCommands(out, jail).add(options));
  return out;
}

Result<Commands> commands_of(const Jail& jail, bool need_files, Problems& problems) {
  if (!jail.config_error.empty()) {
    return Commands{
        Term::list({Term::of("config-error"),
                    Term::of("Jail '" + jail.name +
                             "' skipped, because of wrong configuration: " + jail.config_error)})};
  }
  SPRANGA_TRY(auto out, commands_of_settings(jail));
  if (const auto* paths = jail.options.find("logpath")) {
    SPRANGA_CHECK(add_logs(jail, *paths, need_files, out, problems));
  }
  for (const auto& action : jail.actions) {
    SPRANGA_CHECK(add_action(jail, action, out));
  }
  out.insert(
      out.begin(),
      Term::list({Term::of("add"), Term::of(jail.name), Term::of(*jail.options.find("backend"))}));
  return out;
}

Result<ban::ActionSpec> to_action_spec(const Action& action, Problems& problems) {
  ban::ActionSpec spec;
  spec.name = action.name;
  spec.file = action.file;
  spec.is_script = !action.definition;
  if (spec.is_script) {
    for (const auto& [name, value] : action.parameters) {
      spec.options.emplace_back(name, value.str());
    }
    return spec;
  }
  SPRANGA_TRY(const auto options, options_of(action));
  for (const auto& [name, value] : options) {
    spec.options.emplace_back(name, value.str());
    if (name == "timeout") {
      spec.timeout = timeout_of(value, problems);
    }
  }
  return spec;
}

Result<Commands> commands_of_settings(const Jail& jail) {
  Commands out;
  FilterCommands filter_commands(out, jail.name);
  if (jail.filter) {
    auto filter = *jail.filter;
    SPRANGA_TRY(const auto options, filter.combined());
    SPRANGA_CHECK(filter_commands.add(options));
  }
  SPRANGA_CHECK(filter_commands.add(jail.options));
  for (const auto& [name, value] : jail.options) {
    if (name == "ignoreip") {
      auto addresses = words_of(value.text);
      addresses.insert(addresses.begin(), Term::of("addignoreip"));
      out.push_back(command("set", jail.name, std::move(addresses)));
    } else if (!has_no_command(name)) {
      out.push_back(command("set", jail.name, {Term::of(name), Term::of(value)}));
    }
  }
  return out;
}

}  // namespace spranga::guard::config
