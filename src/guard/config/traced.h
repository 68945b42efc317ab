// Traced: text that remembers, character for character, where in the configuration it was written.
// Interpolation glues pieces of many files together; an expression still knows its file and line.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ban/jail_spec.h"

namespace spranga::guard::config {

struct Place {
  std::shared_ptr<const std::string> file;  // none: built in, or given on the command line
  int line{0};

  [[nodiscard]] bool operator==(const Place& other) const {
    return line == other.line &&
           (file == other.file || (file && other.file && *file == *other.file));
  }
};

[[nodiscard]] inline ban::Origin origin_of(const Place& place) {
  return {place.file ? *place.file : "", place.line};
}

class Traced {
public:
  Traced() = default;

  Traced(std::string_view text, const Place& place) { append(text, place); }

  [[nodiscard]] const std::string& text() const { return text_; }

  [[nodiscard]] bool empty() const { return text_.empty(); }

  void append(std::string_view text, const Place& place);

  /// Appends `count` bytes of `other` from `from` on.
  void append(const Traced& other, std::size_t from = 0, std::size_t count = std::string::npos);

  [[nodiscard]] Traced slice(std::size_t from, std::size_t count = std::string::npos) const;

  /// Where the byte at `at` was written.
  [[nodiscard]] Place place_at(std::size_t at) const;

  /// Cuts the end off.
  void truncate(std::size_t size);

  /// Lines, each a Traced of its own.
  [[nodiscard]] std::vector<Traced> lines() const;

private:
  struct Mark {
    std::size_t start;
    Place place;
  };

  std::string text_;
  std::vector<Mark> marks_;  // ordered by start; each holds to the next one's start
};

}  // namespace spranga::guard::config
