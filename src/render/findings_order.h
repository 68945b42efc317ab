// The order in which a person reads findings, and the lines of those that passed.
#pragma once

#include <string>
#include <vector>

#include "finding/finding.h"
#include "render/render.h"

namespace spranga::render {

/// Whether findings of that status are wanted: no better than the style's lowest.
[[nodiscard]] bool is_wanted(finding::Status status, const Style& style);

/// Worst first; among equals what weighs most in its rule, then the catalogue's order, then the
/// port.
[[nodiscard]] std::vector<const finding::Finding*> worst_first(const finding::Report& report);

/// The checks that passed, a line an id in the catalogue's order: "A1  Submission offers login over
/// TLS · 587 (TLS), 465 (TLS)".
[[nodiscard]] std::vector<std::string> passed_lines(const finding::Report& report,
                                                    const Style& style);

}  // namespace spranga::render
