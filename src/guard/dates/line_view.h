// LineView: a line's characters by number, as the detector's memory counts them. Cheap where the
// line begins with ASCII.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace spranga::guard {

class LineView {
public:
  /// `line` is valid UTF-8.
  explicit LineView(std::string_view line) : line_(line) {}

  /// Of a line that is known to be all ASCII.
  [[nodiscard]] static LineView of_ascii(std::string_view line) {
    LineView view(line);
    view.ascii_ = true;
    return view;
  }

  [[nodiscard]] std::string_view bytes() const { return line_; }

  /// What a line may have that some dates cannot be without.
  enum class Trait {
    clock,        // a digit, a colon, one or two digits, a colon, a digit
    long_number,  // eight digits in a row
    tai64n,       // @ and a digit or a letter up to f
    month_name,   // a digit, a slash, a letter
  };
  static constexpr std::size_t trait_count{4};

  /// Of a line that is not all ASCII everything is believed.
  [[nodiscard]] bool has(Trait trait) const;

  /// A place between characters, given by its number.
  struct Place {
    std::size_t byte{0};
    bool beyond{false};  // the line is shorter; `byte` is its end
  };

  [[nodiscard]] Place place_of(std::size_t number) const;

  /// Characters before byte `byte`.
  [[nodiscard]] std::size_t number_of(std::size_t byte) const;

  /// The character that begins there, the one that ends there; nullopt = none does.
  [[nodiscard]] std::optional<char32_t> at(Place place) const;
  [[nodiscard]] std::optional<char32_t> before(Place place) const;

private:
  std::string_view line_;
  mutable std::array<std::optional<bool>, trait_count> traits_;
  mutable std::optional<bool> ascii_;
};

/// Python's str.isalnum() of one character.
[[nodiscard]] bool is_alphanumeric(char32_t code);

}  // namespace spranga::guard
