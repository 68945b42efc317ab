// Handlers that the scripts of odd servers are made of: an answer for those of whom something
// holds.
#pragma once

#include <ostream>
#include <string>

#include "tests/support/audited.h"

namespace spranga::check {

/// One server: its words at the place that a test is about, and what is true of it.
struct OddServer {
  std::string name;
  std::string words;
  std::string status;
};

inline void PrintTo(const OddServer& row, std::ostream* out) {
  *out << row.name;
}

/// A reply as its lines stand in a row of a table: "250-one|250 two".
[[nodiscard]] inline test::Answer lines(const std::string& words) {
  std::string bytes;
  for (const char c : words) {
    bytes += c == '|' ? "\r\n" : std::string(1, c);
  }
  return test::raw(bytes + "\r\n");
}

template <class Condition>
[[nodiscard]] test::Handler answers_where(const std::string& words, Condition holds) {
  return [words, holds](const test::Dialogue& d) {
    return holds(d) ? std::optional(lines(words)) : std::nullopt;
  };
}

[[nodiscard]] inline test::Handler in_clear(const std::string& words) {
  return answers_where(words, [](const test::Dialogue& d) { return !d.tls; });
}

[[nodiscard]] inline test::Handler under_tls(const std::string& words) {
  return answers_where(words, [](const test::Dialogue& d) { return d.tls; });
}

/// To whoever has not logged in.
[[nodiscard]] inline test::Handler to_strangers(const std::string& words) {
  return answers_where(words, [](const test::Dialogue& d) { return !d.logged_in; });
}

/// To a command that names an outside address.
[[nodiscard]] inline test::Handler to_outside(const std::string& words) {
  return answers_where(words, [](const test::Dialogue& d) {
    return !d.logged_in && d.line.find("@example.net") != std::string::npos;
  });
}

/// To a login that uses another sender than its own.
[[nodiscard]] inline test::Handler to_forged(const std::string& words) {
  return answers_where(words, [](const test::Dialogue& d) {
    return d.logged_in && d.sender && *d.sender != test::user;
  });
}

}  // namespace spranga::check
