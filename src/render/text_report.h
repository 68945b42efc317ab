// The report for people: verdict, the three rules, the fewest changes, findings worst first, and
// what the run left behind.
#pragma once

#include <span>
#include <string>

#include "finding/finding.h"
#include "render/render.h"

namespace spranga::render {

[[nodiscard]] std::string text_report(std::span<const finding::Report> reports, const Style& style);

/// Columns to write in: the style's, within reason.
[[nodiscard]] std::size_t width_of(const Style& style);

/// "192.0.2.1 port 587 inside TLS"; "" where the finding has no place.
[[nodiscard]] std::string place(const finding::Where& where, const Style& style);

/// "mail.example.org · 192.0.2.1 · inbound MX · Postfix · ports 25, 587"
[[nodiscard]] std::string host_text(const finding::TestedHost& host, const Style& style);

/// The block of findings, passes last and one line an id.
[[nodiscard]] std::string findings_text(const finding::Report& report, const Style& style);

/// The text of a line, raw: what happened in the reader's language, what was sent and answered as
/// it was.
[[nodiscard]] std::string line_text(const finding::Line& line, const Style& style);

/// What a connection was for: the ids of checks, with a word where they do not say all.
[[nodiscard]] std::string purpose_text(const finding::Dialogue& dialogue, const Style& style);

/// Lines of a dialogue: time, direction, text; each at most `limit` bytes.
[[nodiscard]] std::string dialogue_text(std::span<const finding::Line> lines,
                                        std::string_view indent,
                                        std::size_t limit,
                                        const Style& style);

}  // namespace spranga::render
