#include "daemon/jail_settings.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <utility>

#include "guard/dates/template_list.h"
#include "guard/judge/network.h"
#include "guard/match/tags.h"
#include "text/ascii.h"

namespace spranga::daemon {

namespace {

using ban::JailSpec;
using guard::pickle::Value;
using Setting = guard::control::JailSetting;
using Texts = std::vector<std::string>;

constexpr std::array dns_names = {"yes", "warn", "no", "raw"};

std::chrono::seconds seconds_in(const Value& value) {
  return std::chrono::seconds(
      value.kind == Value::Kind::real ? static_cast<std::int64_t>(value.real) : value.integer);
}

/// As fail2ban shows it: in Python's dialect, its tags expanded.
std::string shown(const JailSpec& spec, const ban::Expression& expression) {
  return guard::expand_tags(expression.pattern, spec.usedns != ban::UseDns::no);
}

Value expressions(const JailSpec& spec, const std::vector<ban::Expression>& from) {
  Texts out;
  for (const auto& one : from) {
    out.push_back(shown(spec, one));
  }
  return Value::list(out);
}

/// fail2ban decodes by the locale then, and takes UTF-8 where there is none.
Value encoding(const std::string& name) {
  return Value::of(name == "auto" ? "UTF-8" : name);
}

/// (pattern or None, name) of the first template; fail2ban names no more than two.
Value date_pattern(const std::optional<std::string>& pattern) {
  if (pattern && pattern->empty()) {
    return Value::none();
  }
  constexpr std::size_t most_named = 2;
  constexpr std::int64_t any_year = 2000;  // no part of a name
  const auto templates =
      pattern ? guard::list_templates(pattern, any_year) : std::vector<guard::WeightedTemplate>();
  if (!templates || templates->empty() || templates->size() > most_named) {
    return Value::tuple({Value::none(), Value::of("Default Detectors")});
  }
  const auto& form = *templates->front().form;
  return Value::tuple(
      {form.pattern ? Value::of(*form.pattern) : Value::none(), Value::of(form.name)});
}

/// What was never set has no value; a no that was said cannot be told from it.
Value true_or_none(bool value) {
  return value ? Value::of(true) : Value::none();
}

/// Each match as its words.
Value journal_matches(const JailSpec& spec) {
  auto out = Value::list();
  for (const auto& match : spec.filter.journalmatch) {
    Texts words;
    for (const auto word : text::split_words(match)) {
      words.emplace_back(word);
    }
    out.items.push_back(Value::list(words));
  }
  return out;
}

std::string joined(const Value& words) {
  std::string out;
  for (const auto& word : words.items) {
    out += (out.empty() ? "" : " ") + word.text;
  }
  return out;
}

Texts paths_of(const JailSpec& spec) {
  Texts out;
  for (const auto& log : spec.logpath) {
    out.push_back(log.glob);
  }
  return out;
}

std::vector<ban::Expression>* expressions_of(JailSpec& spec, Setting setting) {
  return setting == Setting::failregex     ? &spec.filter.failregex
         : setting == Setting::ignoreregex ? &spec.filter.ignoreregex
                                           : nullptr;
}

Value text_or_none(const std::optional<std::string>& text) {
  return text ? Value::of(*text) : Value::none();
}

Value seconds_or_none(const std::optional<std::chrono::seconds>& length) {
  return length ? Value::of(static_cast<std::int64_t>(length->count())) : Value::none();
}

/// As fail2ban keeps an entry of ignoreip: "127.0.0.1/8" is 127.0.0.0/8; what is no network stays.
std::string ignored_as_kept(const std::string& entry) {
  const auto network = guard::Network::parse(entry);
  return network ? network->to_string() : entry;
}

/// Whether an entry is kept as this one would be.
auto kept_as(const std::string& written) {
  return [kept = ignored_as_kept(written)](const std::string& entry) {
    return ignored_as_kept(entry) == kept;
  };
}

bool is_single_address(const std::string& entry) {
  const auto network = guard::Network::parse(entry);
  return network && network->is_single();
}

/// Each once, single addresses behind all others.
Texts ignored(const JailSpec& spec) {
  Texts out;
  std::set<std::string> seen;
  for (const auto& entry : spec.ignoreip) {
    if (auto kept = ignored_as_kept(entry); seen.insert(kept).second) {
      out.push_back(std::move(kept));
    }
  }
  std::stable_partition(out.begin(), out.end(), std::not_fn(is_single_address));
  return out;
}

template <class T>
bool erase_one(std::vector<T>& from, const T& what) {
  const auto found = std::ranges::find(from, what);
  if (found == from.end()) {
    return false;
  }
  from.erase(found);
  return true;
}

/// Python's index: -1 is the last.
template <class T>
bool erase_at(std::vector<T>& from, std::int64_t index) {
  const auto size = static_cast<std::int64_t>(from.size());
  const auto at = index < 0 ? size + index : index;
  if (at < 0 || at >= size) {
    return false;
  }
  from.erase(from.begin() + at);
  return true;
}

}  // namespace

Value read_setting(const JailSpec& spec, Setting setting) {
  switch (setting) {
    case Setting::idle:
      return Value::of(false);  // the jail itself knows
    case Setting::ignoreself:
      return Value::of(spec.ignoreself);
    case Setting::ignoreip:
      return Value::list(ignored(spec));
    case Setting::ignorecommand:
      return spec.ignorecommand.empty() ? Value::of(false) : Value::of(spec.ignorecommand);
    case Setting::ignorecache:
      return Value::of(spec.ignorecache);
    case Setting::logpath:
      return Value::list(paths_of(spec));
    case Setting::logencoding:
      return encoding(spec.logencoding);
    case Setting::journalmatch:
      return journal_matches(spec);
    case Setting::prefregex:
      return Value::of(spec.filter.prefregex ? shown(spec, *spec.filter.prefregex) : "");
    case Setting::failregex:
      return expressions(spec, spec.filter.failregex);
    case Setting::ignoreregex:
      return expressions(spec, spec.filter.ignoreregex);
    case Setting::usedns:
      return Value::of(dns_names.at(static_cast<std::size_t>(spec.usedns)));
    case Setting::findtime:
      return Value::of(static_cast<std::int64_t>(spec.findtime.count()));
    case Setting::datepattern:
      return date_pattern(spec.filter.datepattern);
    case Setting::logtimezone:
      return text_or_none(spec.logtimezone);
    case Setting::maxmatches:
      return Value::of(spec.maxmatches);
    case Setting::maxretry:
      return Value::of(spec.maxretry);
    case Setting::maxlines:
      return Value::of(spec.filter.maxlines);
    case Setting::bantime:
      return Value::of(static_cast<std::int64_t>(spec.bantime.count()));
  }
  return Value::none();
}

bool write_setting(JailSpec& spec, Setting setting, const Value& value) {
  switch (setting) {
    case Setting::ignoreself:
      spec.ignoreself = value.integer != 0;
      return true;
    case Setting::ignorecache:
      spec.ignorecache = value.text;
      return true;
    case Setting::logencoding:
      spec.logencoding = value.text;
      return true;
    case Setting::prefregex:
      spec.filter.prefregex =
          value.text.empty() ? std::nullopt : std::optional(ban::Expression{value.text, {}});
      return true;
    case Setting::usedns: {
      const auto* found = std::ranges::find(dns_names, value.text);
      spec.usedns = found == dns_names.end() ? ban::UseDns::no
                                             : static_cast<ban::UseDns>(found - dns_names.begin());
      return true;
    }
    case Setting::findtime:
      spec.findtime = seconds_in(value);
      return true;
    case Setting::datepattern:
      spec.filter.datepattern = value.text;
      return true;
    case Setting::logtimezone:
      spec.logtimezone = value.text.empty() ? std::nullopt : std::optional(value.text);
      return true;
    case Setting::maxmatches:
      spec.maxmatches = static_cast<int>(value.integer);
      return true;
    case Setting::maxretry:
      spec.maxretry = static_cast<int>(value.integer);
      return true;
    case Setting::maxlines:
      spec.filter.maxlines = static_cast<int>(value.integer);
      return true;
    case Setting::bantime:
      spec.bantime = seconds_in(value);
      return true;
    default:
      return false;
  }
}

bool add_to_setting(JailSpec& spec, Setting setting, const Value& value) {
  if (auto* list = expressions_of(spec, setting)) {
    list->push_back({value.text, {}});
    return true;
  }
  if (setting == Setting::ignoreip) {
    if (std::ranges::none_of(spec.ignoreip, kept_as(value.text))) {
      spec.ignoreip.push_back(value.text);
    }
    return true;
  }
  if (setting == Setting::journalmatch) {
    spec.filter.journalmatch.push_back(joined(value));
    return true;
  }
  return false;
}

bool remove_from_setting(JailSpec& spec, Setting setting, const Value& value) {
  if (auto* list = expressions_of(spec, setting)) {
    return erase_at(*list, value.integer);
  }
  if (setting == Setting::ignoreip) {
    return std::erase_if(spec.ignoreip, kept_as(value.text)) > 0;
  }
  if (setting == Setting::journalmatch) {
    return erase_one(spec.filter.journalmatch, joined(value));
  }
  if (setting == Setting::logpath) {
    return std::erase_if(spec.logpath, [&](const auto& log) { return log.glob == value.text; }) > 0;
  }
  return false;
}

Value read_bantime_option(const JailSpec& spec, std::string_view option) {
  const auto& increment = spec.increment;
  if (option == "increment") {
    return true_or_none(increment.enabled);
  }
  if (option == "maxtime") {
    return seconds_or_none(increment.maxtime);
  }
  if (option == "rndtime") {
    return seconds_or_none(increment.rndtime);
  }
  if (option == "overalljails") {
    return true_or_none(increment.overalljails);
  }
  return option == "factor"        ? text_or_none(increment.factor)
         : option == "formula"     ? text_or_none(increment.formula)
         : option == "multipliers" ? text_or_none(increment.multipliers)
                                   : Value::none();
}

bool write_bantime_option(JailSpec& spec, std::string_view option, const Value& value) {
  auto& increment = spec.increment;
  const bool unset = value.kind == Value::Kind::none;
  const auto text = unset ? std::nullopt : std::optional(value.text);
  const auto length = unset ? std::nullopt : std::optional(seconds_in(value));
  if (option == "increment") {
    increment.enabled = value.integer != 0;
  } else if (option == "overalljails") {
    increment.overalljails = value.integer != 0;
  } else if (option == "maxtime") {
    increment.maxtime = length;
  } else if (option == "rndtime") {
    increment.rndtime = length;
  } else if (option == "factor") {
    increment.factor = text;
  } else if (option == "formula") {
    increment.formula = text;
  } else if (option == "multipliers") {
    increment.multipliers = text;
  } else {
    return false;
  }
  return true;
}

}  // namespace spranga::daemon
