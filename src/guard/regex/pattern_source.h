// PatternSource: an expression's characters one after the other, and complaints about a place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace spranga::guard {

class PatternSource {
public:
  explicit PatternSource(std::string_view pattern) : pattern_(pattern) {}

  [[nodiscard]] bool done() const { return at_ >= pattern_.size(); }

  /// The next byte; 0 at the end (a NUL looks alike: ask done()).
  [[nodiscard]] char peek() const { return done() ? '\0' : pattern_[at_]; }

  /// Takes `text` where it comes next.
  [[nodiscard]] bool take(std::string_view text);

  /// The next character; not at the end.
  [[nodiscard]] char32_t next();

  /// Up to `most` bytes of `allowed`.
  [[nodiscard]] std::string_view take_while(std::string_view allowed, std::size_t most);

  /// What comes before `stop`, which is taken too; Errc::malformed where it never comes.
  [[nodiscard]] Result<std::string_view> take_until(char stop, std::string_view what);

  [[nodiscard]] std::size_t at() const { return at_; }

  void back_to(std::size_t at) { at_ = at; }

  /// "missing ) at position 4"
  [[nodiscard]] Failure complain(std::string_view what, std::size_t at) const;

  [[nodiscard]] Failure complain(std::string_view what) const { return complain(what, at_); }

private:
  std::string_view pattern_;
  std::size_t at_{0};
};

}  // namespace spranga::guard
