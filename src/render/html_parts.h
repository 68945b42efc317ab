// The parts of the page of one target. Each writes a section, or nothing where there is nothing to
// say.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "finding/finding.h"
#include "render/html_writer.h"
#include "render/paint.h"
#include "render/render.h"
#include "words/phrase.h"

namespace spranga::render {

/// Where a part is written and how.
struct Sheet {
  Html& html;
  const Style& style;
  std::string prefix;  // of every id of this target: "t1-"
  int level{2};        // of the headings of its sections

  [[nodiscard]] std::string say(words::Word word, std::vector<std::string> values = {}) const;

  [[nodiscard]] std::string id(std::string_view name) const { return prefix + std::string(name); }

  /// A heading of a section, or `deeper` levels below.
  void heading(std::string_view text, Html::Attributes attributes = {}, int deeper = 0) const;

  /// What somebody will copy: in a box of its own, selected as a whole.
  void to_copy(const std::vector<std::string>& lines) const;
};

/// A drawn sign that stands beside a word, so that no colour has to be seen.
enum class Sign { check, cross, question, exclaim, info, dash };

/// A state as a word with a sign and a colour.
struct Badge {
  Ink ink;
  Sign sign;
  words::Word word;
};

[[nodiscard]] Badge badge_of(const finding::Report& report);
[[nodiscard]] Badge badge_of(const finding::RuleVerdict& rule);
[[nodiscard]] Badge badge_of(finding::Status status);
void write_badge(const Sheet& sheet, const Badge& badge);

void write_rules(const Sheet& sheet, const finding::Report& report);
void write_changes(const Sheet& sheet, const finding::Report& report);
void write_findings(const Sheet& sheet, const finding::Report& report);
void write_ban(const Sheet& sheet, const finding::Report& report);
void write_timeline(const Sheet& sheet, const finding::Report& report);
void write_dialogues(const Sheet& sheet, const finding::Report& report);

/// The lines of a dialogue as a table: time, direction, text; each at most `limit` bytes.
void write_lines(const Sheet& sheet, const std::vector<finding::Line>& lines, std::size_t limit);

/// What somebody copies to cure it: a box for each file, with the file's name above it.
void write_directives(const Sheet& sheet, finding::RemedyId remedy, finding::Product product);

/// "850 ms", "5.2 s", "9 min 58 s", "3 h 5 min".
[[nodiscard]] std::string span_text(std::chrono::milliseconds span);

/// The style sheet of the page: page.css.
[[nodiscard]] std::string_view page_css();

}  // namespace spranga::render
