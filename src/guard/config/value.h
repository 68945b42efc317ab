// What an option holds, and sections that keep their order as Python's dict does.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guard/config/traced.h"

namespace spranga::guard::config {

/// fail2ban hands some options on converted; `text` holds what str() makes of it.
struct Value {
  enum class Kind { text, none, integer, boolean };

  Kind kind{Kind::text};
  Traced text;
  Place written;  // where the option stands; its text may come from elsewhere
  std::shared_ptr<const Value> overrode;  // what a layer below said

  [[nodiscard]] const std::string& str() const { return text.text(); }

  [[nodiscard]] bool is_none() const { return kind == Kind::none; }
};

[[nodiscard]] inline Value text_value(std::string_view text, const Place& place = {}) {
  return {Value::Kind::text, Traced(text, place), place, nullptr};
}

[[nodiscard]] inline Value none_value() {
  return {Value::Kind::none, Traced("None", {}), {}, nullptr};
}

/// A map that lists its entries in the order in which they first came.
template <class T>
class Ordered {
public:
  using Entry = std::pair<std::string, T>;

  [[nodiscard]] const T* find(std::string_view key) const {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &entries_[found->second].second;
  }

  [[nodiscard]] T* find(std::string_view key) {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &entries_[found->second].second;
  }

  [[nodiscard]] bool contains(std::string_view key) const { return find(key) != nullptr; }

  /// A new value for a known key keeps the key's place.
  T& set(const std::string& key, T value) {
    if (auto* known = find(key)) {
      return *known = std::move(value);
    }
    index_.emplace(key, entries_.size());
    return entries_.emplace_back(key, std::move(value)).second;
  }

  void erase(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) {
      return;
    }
    const auto at = found->second;
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
    index_.erase(found);
    for (auto& [name, place] : index_) {
      place -= place > at ? 1 : 0;
    }
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  [[nodiscard]] bool empty() const { return entries_.empty(); }

  [[nodiscard]] auto begin() const { return entries_.begin(); }

  [[nodiscard]] auto end() const { return entries_.end(); }

  [[nodiscard]] auto begin() { return entries_.begin(); }

  [[nodiscard]] auto end() { return entries_.end(); }

private:
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

using Section = Ordered<Value>;

}  // namespace spranga::guard::config
