#include "guard/match/bare_fields.h"

#include <algorithm>
#include <array>

namespace spranga::guard {

namespace {

/// In BarePlace's order.
constexpr std::array<std::string_view, 11> known_names = {"ip4",
                                                          "ip6",
                                                          "dns",
                                                          "cidr",
                                                          "user",
                                                          "nofail",
                                                          "mlfid",
                                                          "mlfgained",
                                                          "mlfforget",
                                                          "attempts",
                                                          "repeated"};

/// What a session keeps under these names is not what a group caught.
bool is_of_sessions(std::string_view name) {
  return name == "fid" || name == "users";
}

}  // namespace

std::optional<BareFields> BareFields::of(
    const CompiledExpression* prefix, const std::vector<const CompiledExpression*>& expressions) {
  BareFields out;
  out.names_.assign(known_names.begin(), known_names.end());
  if (prefix != nullptr && !out.add(*prefix, out.prefix_.emplace())) {
    return std::nullopt;
  }
  for (const auto* expression : expressions) {
    if (!out.add(*expression, out.readings_.emplace_back())) {
      return std::nullopt;
    }
  }
  const auto content = std::ranges::find(out.names_, "content");
  if (content != out.names_.end()) {
    out.content_ = static_cast<std::size_t>(content - out.names_.begin());
  }
  std::ranges::transform(
      out.names_, std::back_inserter(out.name_lengths_), &std::string_view::size);
  out.fields_.resize(out.names_.size());
  out.own_.resize(out.names_.size());
  return out;
}

bool BareFields::add(const CompiledExpression& expression, Reading& reading) {
  if (expression.has_tuples()) {
    return false;
  }
  for (const auto& group : expression.named_groups()) {
    const auto place = place_of(group.name);
    const auto is_same = [&](const Group& other) { return other.place == place; };
    if (is_of_sessions(group.name) || std::ranges::any_of(reading.groups, is_same)) {
      return false;
    }
    reading.groups.push_back({group.number, place});
  }
  for (const auto& alternative : expression.alternatives()) {
    if (is_of_sessions(alternative.field)) {
      return false;
    }
    reading.alternatives.push_back({place_of(alternative.group), place_of(alternative.field)});
  }
  return true;
}

std::size_t BareFields::place_of(std::string_view name) {
  const auto known = std::ranges::find(names_, name);
  const auto place = static_cast<std::size_t>(known - names_.begin());
  if (known == names_.end()) {
    names_.push_back(name);
  }
  return place;
}

void BareFields::fill(const Reading& reading, const Match& match, std::vector<BareField>& fields) {
  std::ranges::fill(fields, BareField());
  for (const auto& [number, place] : reading.groups) {
    fields[place] = BareField(match.group(number));
  }
  for (const auto& [from, to] : reading.alternatives) {
    if (fields[from].is_true() && !fields[to].is_true()) {
      fields[to] = fields[from];
    }
  }
}

void BareFields::read(std::size_t number, const Match& match, const Match& prefix_match) {
  if (!prefix_) {
    fill(readings_[number], match, fields_);
    return;
  }
  fill(*prefix_, prefix_match, fields_);
  if (content_) {
    fields_[*content_] = BareField();
  }
  fill(readings_[number], match, own_);
  for (std::size_t place = 0; place < own_.size(); ++place) {
    if (own_[place].is_there()) {
      fields_[place] = own_[place];
    }
  }
}

}  // namespace spranga::guard
