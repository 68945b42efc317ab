// JsonReader: members of a JSON object that somebody else may have damaged. The first member that
// is missing or wrong is remembered with its path; what follows is read on, and thrown away.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "words/phrase.h"

namespace spranga::check {

class JsonReader {
public:
  using Json = nlohmann::ordered_json;

  JsonReader(const Json& object, std::string file, std::string prefix = "")
      : object_(object), file_(std::move(file)), prefix_(std::move(prefix)) {}

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  void fail_at(const std::string& key, words::Word why) {
    if (!error_) {
      error_ = Error{Errc::malformed, words::say(why, {file_, prefix_ + key})};
    }
  }

  void take(const std::string& key, std::string& out) {
    const auto* value = member(key);
    if (value != nullptr && value->is_string()) {
      out = value->get<std::string>();
    } else if (value != nullptr) {
      fail_at(key, words::Word::state_wrong);
    }
  }

  void take(const std::string& key, bool& out) {
    const auto* value = member(key);
    if (value != nullptr && value->is_boolean()) {
      out = value->get<bool>();
    } else if (value != nullptr) {
      fail_at(key, words::Word::state_wrong);
    }
  }

  template <class Number>
  void take(const std::string& key, Number& out, std::int64_t lowest, std::int64_t highest) {
    const auto* value = member(key);
    if (value == nullptr) {
      return;
    }
    const auto number = value->is_number_integer() ? value->get<std::int64_t>() : lowest - 1;
    if (number < lowest || number > highest) {
      fail_at(key, words::Word::state_wrong);
      return;
    }
    out = static_cast<Number>(number);
  }

  /// The index of a name in a list of names.
  template <class List>
  std::size_t choice(const std::string& key, const List& names) {
    std::string name;
    take(key, name);
    const auto found = std::ranges::find(names, name);
    if (!error_ && found == names.end()) {
      fail_at(key, words::Word::state_wrong);
    }
    return found == names.end() ? 0 : static_cast<std::size_t>(found - names.begin());
  }

  template <class T, class Take>
  void list(const std::string& key, std::vector<T>& out, Take take_one) {
    constexpr std::size_t longest = 2000;
    const auto* value = member(key);
    if (value == nullptr) {
      return;
    }
    if (!value->is_array() || value->size() > longest) {
      fail_at(key, words::Word::state_wrong);
      return;
    }
    int index = 0;
    for (const auto& item : *value) {
      const auto place = prefix_ + key + "[" + std::to_string(index++) + "]";
      JsonReader inner(item, file_, place + ".");
      out.push_back(take_one(item, inner));
      adopt(inner);
    }
  }

  template <class Take>
  void object(const std::string& key, Take take_it) {
    if (const auto* value = member(key); value != nullptr) {
      JsonReader inner(*value, file_, prefix_ + key + ".");
      take_it(inner);
      adopt(inner);
    }
  }

private:
  const Json* member(const std::string& key) {
    if (!object_.is_object() || !object_.contains(key)) {
      fail_at(key, words::Word::state_missing);
      return nullptr;
    }
    return &object_.at(key);
  }

  void adopt(const JsonReader& inner) {
    if (!error_) {
      error_ = inner.error_;
    }
  }

  const Json& object_;
  std::string file_;
  std::string prefix_;
  std::optional<Error> error_;
};

}  // namespace spranga::check
