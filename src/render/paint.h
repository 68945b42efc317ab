// Colour on a terminal. Never the only signal: a word stands beside it, always.
#pragma once

#include <string>
#include <string_view>

#include "finding/finding.h"
#include "render/render.h"

namespace spranga::render {

enum class Ink { plain, good, bad, warning, note, faint, heading };

/// `text` in the ink's colour where the style asks for colour, else as it is.
[[nodiscard]] std::string paint(const Style& style, Ink ink, std::string_view text);

[[nodiscard]] Ink ink_of(finding::Status status);
[[nodiscard]] Ink ink_of(finding::RuleState state);
[[nodiscard]] Ink ink_of(const finding::Report& report);  // of the headline

}  // namespace spranga::render
