#include "guard/config/definition.h"

#include <utility>
#include <vector>

#include "guard/config/python_text.h"
#include "guard/config/tags.h"

namespace spranga::guard::config {

namespace {

/// "section/option", both without blanks; the section of letters, digits, _ and -.
std::optional<std::pair<std::string, std::string>> qualified(const std::string& name) {
  const auto slash = name.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == name.size()) {
    return std::nullopt;
  }
  for (std::size_t at = 0; at < name.size();) {
    const auto rune = rune_at(name, at);
    const bool fits = at < slash ? is_word(rune.value) || rune.value == '-'
                                 : !is_space(rune.value) && rune.value != '>';
    if (!fits) {
      return std::nullopt;
    }
    at += rune.size;
  }
  return std::pair(name.substr(0, slash), name.substr(slash + 1));
}

/// The sections that a qualified tag's first part stands for.
std::vector<std::string> sections_of(const std::string& name) {
  const auto kind = lower(name);
  if (kind == "known") {
    return {"KNOWN/Definition", "Definition"};
  }
  return {kind == "default" ? "DEFAULT" : name};
}

/// Several layers of options in one, the later ones first.
Section merged(const Section& below, const Section& above) {
  auto out = below;
  for (const auto& [name, value] : above) {
    out.set(name, value);
  }
  return out;
}

}  // namespace

std::string unconditional(std::string_view option) {
  std::size_t at = 0;
  while (at < option.size() && is_word(rune_at(option, at).value)) {
    at += rune_at(option, at).size;
  }
  const bool conditional = at > 0 && at + 1 < option.size() && option[at] == '?';
  return conditional ? std::string(option.substr(0, at)) : "";
}

Definition::Definition(std::shared_ptr<const Ini> ini,
                       std::span<const OptionRow> rows,
                       Section parameters,
                       Problems& problems)
    : ini_(std::move(ini)), rows_(rows), init_(std::move(parameters)), problems_(problems) {}

Result<void> Definition::read(const Section& jail, bool all) {
  const auto given = merged(jail, init_);
  vars_ = Section();
  for (const auto& [name, value] : given) {
    auto as_text = value;
    as_text.kind = value.is_none() ? Value::Kind::none : Value::Kind::text;
    vars_.set(lower(name), std::move(as_text));
  }
  SPRANGA_TRY(options_,
              read_options({*ini_, "Definition", &vars_}, rows_, &given, false, problems_));
  SPRANGA_CHECK(read_init());
  return all ? read_rest() : Result<void>();
}

Result<void> Definition::read_init() {
  const auto* section = ini_->section("Init");
  if (section == nullptr) {
    return {};
  }
  for (const auto& [name, raw] : *section) {
    const bool known = name.starts_with("known/");
    if (name == "__name__" || (known && init_.contains(name))) {
      continue;
    }
    SPRANGA_TRY(const auto value, get_in("Init", name, nullptr));
    if (!known) {
      init_.set("known/" + name, *value);
    }
    if (!init_.contains(name)) {
      init_.set(name, *value);
    }
  }
  return {};
}

Result<void> Definition::read_rest() {
  const auto* section = ini_->section("Definition");
  if (section == nullptr) {
    return {};
  }
  for (const auto& [name, raw] : *section) {
    if (name != "__name__" && !options_.contains(name)) {
      SPRANGA_TRY(const auto value, get_in("Definition", name, nullptr));
      options_.set(name, *value);
    }
  }
  return {};
}

Result<Section> Definition::combined(std::set<std::string, std::less<>> ignored) {
  const auto all = merged(options_, init_);
  if (all.empty()) {
    return Section();
  }
  for (const auto& [name, value] : all) {
    if (auto plain = unconditional(name); !plain.empty()) {
      ignored.insert(std::move(plain));
    }
  }
  SPRANGA_TRY(auto out,
              substitute_tags(
                  all, ignored, [this](const std::string& name) { return tag(name); }, problems_));
  for (const auto& row : rows_) {
    if (const auto* value = out.find(row.name)) {
      out.set(std::string(row.name), converted(row, *value, problems_));
    }
  }
  return out;
}

Result<std::optional<Value>> Definition::tag(const std::string& name) {
  if (const auto known = looked_up_.find(name); known != looked_up_.end()) {
    return known->second;
  }
  SPRANGA_TRY(const auto value, look_up(name));
  looked_up_[name] = value;
  return value;
}

Result<std::optional<Value>> Definition::look_up(const std::string& name) {
  if (const auto parts = qualified(name)) {
    for (const auto& section : sections_of(parts->first)) {
      auto value = get_in(section, parts->second, nullptr);
      if (!value || *value) {
        return value;
      }
    }
  }
  return get_in("Definition", name, &vars_);
}

Result<std::optional<Value>> Definition::get_in(const std::string& section,
                                                const std::string& option,
                                                const Section* vars) {
  if (section != "DEFAULT" && ini_->section(section) == nullptr) {
    return std::optional<Value>();
  }
  return get({*ini_, section, vars}, option, problems_);
}

}  // namespace spranga::guard::config
