// BareFields: what a line's expression and its prefregex caught, where of a session only whom it
// blames is asked. Fields have places instead of names, and texts are not copied: they stay in the
// line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "guard/match/expression.h"
#include "guard/regex/regex.h"

namespace spranga::guard {

/// A field's text, or that it caught nothing, or that there is no such field.
class BareField {
public:
  BareField() = default;

  /// Of a group that took part in the match, or did not.
  explicit BareField(std::optional<std::string_view> caught)
      : data_(caught ? caught->data() : nullptr),
        size_(caught ? static_cast<std::int64_t>(caught->size()) : unset) {}

  [[nodiscard]] bool is_there() const { return size_ != absent; }

  [[nodiscard]] bool is_set() const { return size_ >= 0; }

  /// In Python's sense.
  [[nodiscard]] bool is_true() const { return size_ > 0; }

  [[nodiscard]] std::string_view text() const {
    return is_set() ? std::string_view(data_, length()) : std::string_view();
  }

  [[nodiscard]] std::size_t length() const {
    return is_set() ? static_cast<std::size_t>(size_) : 0;
  }

  /// The same without its text, which goes with the line.
  [[nodiscard]] BareField measured() const {
    BareField out(*this);
    out.data_ = nullptr;
    return out;
  }

private:
  static constexpr std::int64_t absent = -2;
  static constexpr std::int64_t unset = -1;

  const char* data_{nullptr};
  std::int64_t size_{absent};
};

/// Places of fields that mean something; those of a filter's other fields stand behind them.
enum class BarePlace : std::uint8_t {
  ip4,
  ip6,
  dns,
  cidr,
  user,
  nofail,
  mlfid,
  mlfgained,
  mlfforget,
  attempts,
  repeated,
};

class BareFields {
public:
  /// For these expressions, of which the first may be prefregex; nullopt: some of them take more
  /// than that (an id of their own, tuples).
  [[nodiscard]] static std::optional<BareFields> of(
      const CompiledExpression* prefix, const std::vector<const CompiledExpression*>& expressions);

  /// Reads what they caught just now. `number`: the expression's place in the list.
  void read(std::size_t number, const Match& match, const Match& prefix_match);

  [[nodiscard]] BareField& operator[](BarePlace place) {
    return fields_[static_cast<std::size_t>(place)];
  }

  [[nodiscard]] const BareField& operator[](BarePlace place) const {
    return fields_[static_cast<std::size_t>(place)];
  }

  [[nodiscard]] const std::vector<BareField>& all() const { return fields_; }

  /// Bytes of the name at each place.
  [[nodiscard]] const std::vector<std::size_t>& name_lengths() const { return name_lengths_; }

private:
  struct Group {
    int number{0};
    std::size_t place{0};
  };

  struct Alternative {
    std::size_t from{0};
    std::size_t to{0};
  };

  struct Reading {
    std::vector<Group> groups;
    std::vector<Alternative> alternatives;
  };

  [[nodiscard]] bool add(const CompiledExpression& expression, Reading& reading);
  [[nodiscard]] std::size_t place_of(std::string_view name);
  static void fill(const Reading& reading, const Match& match, std::vector<BareField>& fields);

  std::vector<std::string_view> names_;  // of tables, or of the expressions
  std::vector<std::size_t> name_lengths_;
  std::optional<Reading> prefix_;
  std::optional<std::size_t> content_;  // its place
  std::vector<Reading> readings_;
  std::vector<BareField> fields_;
  std::vector<BareField> own_;
};

}  // namespace spranga::guard
