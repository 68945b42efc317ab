// Renderers: reports → bytes. One table row a format; nothing here talks to a server.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "finding/finding.h"
#include "words/phrase.h"

namespace spranga::render {

/// What a report that is kept says about its making; "" where it is not known. A renderer looks at
/// no clock.
struct Making {
  std::string time;     // ISO 8601, UTC
  std::string version;  // of spranga
  std::string command;  // that makes the same report again
};

struct Style {
  bool colour{false};
  int width{80};        // columns; text wraps here
  bool verbose{false};  // full dialogues with times and directions
  bool quiet{false};    // one line a target (text only)
  finding::Status lowest{
      finding::Status::pass};  // findings better than that are left out (text only)
  words::Language language{words::chosen_language()};
  Making making{};
};

struct Format {
  std::string_view name;  // as in --format
  words::Word help;
  bool one_by_one;  // each report stands for itself: it may be printed before the next one is there
  std::function<std::string(std::span<const finding::Report>, const Style&)> render;
};

/// All formats; the first is the default.
[[nodiscard]] std::span<const Format> formats();

/// nullptr where no format has that name.
[[nodiscard]] const Format* find_format(std::string_view name);

/// What `check --explain ID` prints: title, rule, weight, meaning, method, remedies for all
/// products.
[[nodiscard]] std::string explain(const finding::Check& check, const Style& style);

/// docs/checks.md, whole.
[[nodiscard]] std::string catalogue_markdown(words::Language language);

}  // namespace spranga::render
