#include "daemon/jail_words.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "guard/dates/date_detector.h"
#include "text/ascii.h"
#include "text/python_repr.h"

namespace spranga::daemon {

namespace {

using ban::JailSpec;
using Texts = std::vector<std::string>;

struct Row {
  std::string_view option;
  std::string_view logger;
  Texts (*texts)(const JailSpec& spec);
};

std::string or_none(const std::string& text) {
  return text.empty() ? "None" : text;
}

/// fail2ban repeats what was written; here it is the shortest way to write it.
std::string length(const std::optional<std::chrono::seconds>& time) {
  constexpr std::array<std::pair<std::int64_t, char>, 4> units = {
      {{604'800, 'w'}, {86'400, 'd'}, {3'600, 'h'}, {60, 'm'}}};
  if (!time) {
    return "None";
  }
  for (const auto& [size, letter] : units) {
    if (time->count() != 0 && time->count() % size == 0) {
      return std::to_string(time->count() / size) + letter;
    }
  }
  return std::to_string(time->count());
}

std::string truth(bool value) {
  return value ? "True" : "False";
}

std::string_view stripped(std::string_view line) {
  const auto begin = line.find_first_not_of(" \t\r");
  return begin == std::string_view::npos
             ? std::string_view()
             : line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

/// A pattern that stands for a template of its own, not for the default ones.
Texts date_pattern(std::string_view line) {
  const bool has_fields = line.find('%') != std::string_view::npos;
  const auto key = has_fields ? std::string(line) : text::to_upper(line);
  if (key.empty() || key == "{^LN-BEG}" || key == "{DEFAULT}" ||
      key.find("{DATE}") != std::string::npos) {
    return {};
  }
  const auto told = [](std::string_view pattern, std::string_view name) {
    return "  date pattern `" + text::python_repr(pattern) + "`: `" + std::string(name) + "`";
  };
  if (key == "{NONE}") {
    return {told("{UNB}^", "^")};
  }
  guard::DateSettings settings;
  settings.datepattern = std::string(line);
  // Only which years a pattern takes depends on the time, not its name.
  constexpr ban::Instant any_time{std::chrono::seconds(1'800'000'000)};
  const auto detector = guard::DateDetector::create(settings, any_time);
  if (!detector || detector->templates().empty()) {
    return {};
  }
  const auto use = detector->templates().front();
  return {told(use.pattern, use.name)};
}

Texts date_patterns(const JailSpec& spec) {
  Texts out;
  const std::string all = spec.filter.datepattern.value_or("");
  for (std::size_t at = 0; at < all.size();) {
    const auto end = std::min(all.find('\n', at), all.size());
    for (auto& text : date_pattern(stripped(std::string_view(all).substr(at, end - at)))) {
      out.push_back(std::move(text));
    }
    at = end + 1;
  }
  return out;
}

Texts encoding(const JailSpec& spec) {
  return {"  encoding: " +
          (text::to_upper(spec.logencoding) == "AUTO" ? "UTF-8" : spec.logencoding)};
}

constexpr std::string_view of_filter = "filter";
constexpr std::string_view of_jail = "jail";

// clang-format off
constexpr std::array rows = {
    Row{"maxlines", of_filter, [](const JailSpec& s) { return Texts{"  maxLines: " + std::to_string(s.filter.maxlines)}; }},
    Row{"datepattern", "datedetector", date_patterns},
    Row{"maxretry", of_filter, [](const JailSpec& s) { return Texts{"  maxRetry: " + std::to_string(s.maxretry)}; }},
    Row{"findtime", of_filter, [](const JailSpec& s) { return Texts{"  findtime: " + std::to_string(s.findtime.count())}; }},
    Row{"bantime", "actions", [](const JailSpec& s) { return Texts{"  banTime: " + std::to_string(s.bantime.count())}; }},
    Row{"bantime.increment", of_jail, [](const JailSpec& s) { return Texts{"Set banTime.increment = " + truth(s.increment.enabled)}; }},
    Row{"bantime.factor", of_jail, [](const JailSpec& s) { return Texts{"Set banTime.factor = " + or_none(s.increment.factor.value_or(""))}; }},
    Row{"bantime.formula", of_jail, [](const JailSpec& s) { return Texts{"Set banTime.formula = " + or_none(s.increment.formula.value_or(""))}; }},
    Row{"bantime.multipliers", of_jail, [](const JailSpec& s) { return Texts{"Set banTime.multipliers = " + or_none(s.increment.multipliers.value_or(""))}; }},
    Row{"bantime.maxtime", of_jail, [](const JailSpec& s) { return Texts{"Set banTime.maxtime = " + length(s.increment.maxtime)}; }},
    Row{"bantime.rndtime", of_jail, [](const JailSpec& s) { return Texts{"Set banTime.rndtime = " + length(s.increment.rndtime)}; }},
    Row{"bantime.overalljails", of_jail, [](const JailSpec& s) { return Texts{"Set banTime.overalljails = " + truth(s.increment.overalljails)}; }},
    Row{"logencoding", of_filter, encoding},
};

// clang-format on

/// "systemd[journalpath=/x, flags="1"]" -> "{'journalpath': '/x', 'flags': '1'}".
std::string parameters_of(std::string_view backend) {
  const auto open = backend.find('[');
  std::string out;
  for (std::size_t at = open; at < backend.size() && backend[at] != ']';) {
    const auto end = std::min(backend.find_first_of(",]", at + 1), backend.size());
    const auto one = backend.substr(at + 1, end - at - 1);
    const auto equals = one.find('=');
    at = end;
    if (equals == std::string_view::npos) {
      continue;
    }
    auto value = stripped(one.substr(equals + 1));
    if (value.size() > 1 && (value.front() == '"' || value.front() == '\'')) {
      value = value.substr(1, value.size() - 2);
    }
    out += (out.empty() ? "" : ", ") + text::python_repr(stripped(one.substr(0, equals))) + ": " +
           text::python_repr(value);
  }
  return "{" + out + "}";
}

}  // namespace

std::vector<LogWord> words_of(const JailSpec& spec, std::string_view option) {
  std::vector<LogWord> out;
  for (const auto& row : rows) {
    if (row.option != option) {
      continue;
    }
    for (auto& text : row.texts(spec)) {
      out.push_back({row.logger, std::move(text)});
    }
  }
  return out;
}

std::vector<LogWord> words_of(const JailSpec& spec) {
  std::vector<LogWord> out;
  for (const auto& row : rows) {
    if (spec.origins.contains(row.option)) {
      for (auto& word : words_of(spec, row.option)) {
        out.push_back(std::move(word));
      }
    }
  }
  return out;
}

std::vector<LogWord> backend_words(const JailSpec& spec, bool reads_journal) {
  const bool polls = spec.backend == "polling";
  const std::string called = reads_journal ? "systemd" : polls ? "polling" : "pyinotify";
  const std::string uses = reads_journal ? "systemd" : polls ? "poller" : "pyinotify";
  return {{of_jail,
           "Jail " + text::python_repr(spec.name) + " uses " + uses + " " +
               parameters_of(reads_journal ? spec.backend : "")},
          {of_jail, "Initiated '" + called + "' backend"}};
}

}  // namespace spranga::daemon
