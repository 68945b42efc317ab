// Names of states: as words for a person, as keys for a program. Rows of small tables.
#pragma once

#include <string>
#include <string_view>

#include "finding/finding.h"
#include "words/phrase.h"

namespace spranga::render {

/// A state's word in the text report and its key in JSON.
struct Label {
  words::Word word;
  std::string_view key;
};

[[nodiscard]] Label label_of(finding::Status status);
[[nodiscard]] Label label_of(finding::Verdict verdict);
[[nodiscard]] Label label_of(finding::RuleState state);
[[nodiscard]] Label label_of(finding::Confidence confidence);  // proven needs no word: Word::none
[[nodiscard]] Label label_of(finding::Weight weight);

/// "->", "<-", "*" for a person; "C", "S", "*" for a program.
struct DirectionMark {
  std::string_view arrow;
  std::string_view key;
};

[[nodiscard]] DirectionMark mark_of(finding::Direction direction);

[[nodiscard]] words::Word rule_title(finding::Rule rule);

/// The summary and the further sentences of a finding.
[[nodiscard]] std::string summary_text(const finding::Finding& finding, words::Language language);

/// What stands at the top of a report, and what it means.
struct Headline {
  words::Word word;
  words::Word meaning;
};

/// NO FAULT FOUND for an unproven verdict without a failed check; NO CONNECTION where none was
/// made.
[[nodiscard]] Headline headline(const finding::Report& report);

/// The software at the place of a finding: of the host with its address, else the one that all
/// tested hosts share; unknown where they differ.
[[nodiscard]] finding::Product product_at(const finding::Report& report,
                                          const finding::Where& where);

/// The software whose directives a change needs: that of the places where findings ask for it.
[[nodiscard]] finding::Product product_for(const finding::Report& report, finding::RemedyId change);

/// Lines of the fix of a finding; empty where there is none.
[[nodiscard]] std::vector<std::string> fix_lines(const finding::Report& report,
                                                 const finding::Finding& finding,
                                                 words::Language language);

}  // namespace spranga::render
