#include "guard/match/failure.h"

#include <algorithm>

namespace spranga::guard {

bool is_set(const FieldContent& content) {
  return !std::holds_alternative<std::monostate>(content);
}

bool is_true(const FieldContent& content) {
  return std::visit(
      [](const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
          return false;
        } else {
          return !value.empty();
        }
      },
      content);
}

ban::FieldValue to_value(const FieldContent& content) {
  if (const auto* tuple = std::get_if<std::vector<TuplePart>>(&content)) {
    std::vector<std::string> parts;
    for (const auto& part : *tuple) {
      parts.push_back(part.value_or(""));
    }
    return parts;
  }
  if (const auto* text = std::get_if<std::string>(&content)) {
    return *text;
  }
  if (const auto* set = std::get_if<std::set<std::string>>(&content)) {
    return *set;
  }
  return {};
}

namespace {

/// Names are short, and few of them end alike: most are told apart without a call.
bool is_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || a.back() == b.back()) && a == b;
}

template <class Fields>
auto find_field(Fields& fields, std::string_view name) {
  return std::ranges::find_if(fields, [&](const Field& one) { return is_same(one.name, name); });
}

}  // namespace

const FieldContent* Failure::find(std::string_view name) const {
  const auto found = find_field(fields, name);
  return found == fields.end() ? nullptr : &found->content;
}

FieldContent* Failure::find(std::string_view name) {
  const auto found = find_field(fields, name);
  return found == fields.end() ? nullptr : &found->content;
}

const std::string* Failure::text(std::string_view name) const {
  const auto* content = find(name);
  return content == nullptr ? nullptr : std::get_if<std::string>(content);
}

bool Failure::has(std::string_view name) const {
  const auto* content = find(name);
  return content != nullptr && is_true(*content);
}

void Failure::set(std::string_view name, FieldContent&& content) {
  if (const auto found = find_field(fields, name); found != fields.end()) {
    found->content = std::move(content);
  } else {
    fields.push_back({name, std::move(content)});
  }
}

bool Failure::drop(std::string_view name) {
  const auto found = find_field(fields, name);
  if (found == fields.end()) {
    return false;
  }
  const bool was = is_true(found->content);
  fields.erase(found);
  return was;
}

void Failure::update(Failure newer, bool only_set) {
  for (auto& field : newer.fields) {
    if (!only_set || is_set(field.content)) {
      set(field.name, std::move(field.content));
    }
  }
}

}  // namespace spranga::guard
