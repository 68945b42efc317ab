// Findings as text: worst first; passes at the end, one line an id.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "render/findings_order.h"
#include "render/labels.h"
#include "render/paint.h"
#include "render/text_report.h"
#include "render/wrap.h"

namespace spranga::render {

namespace {

using finding::Finding;
using finding::Report;
using finding::Status;
using words::say;
using words::Word;

constexpr std::string_view block_indent = "      ";
constexpr std::size_t evidence_limit = 500;  // bytes of one line; --verbose shows more

std::string title_of(std::string_view id, const Style& style) {
  const auto* check = finding::find_check(id);
  return check == nullptr ? std::string() : say(check->title, {}, style.language);
}

std::string status_word(Status status, const Style& style) {
  return say(label_of(status).word, {}, style.language);
}

/// The longest of these words ("NOT-TESTED") and a blank.
std::size_t status_width(const Style& style) {
  std::size_t width = 0;
  for (const auto status :
       {Status::pass, Status::fail, Status::warn, Status::info, Status::not_tested}) {
    width = std::max(width, columns(status_word(status, style)));
  }
  return width + 1;
}

std::string status_column(Status status, const Style& style) {
  return paint(style, ink_of(status), pad(status_word(status, style), status_width(style)));
}

/// Prints findings one after the other; what was said once about a check is not said again.
class FindingsText {
public:
  FindingsText(const Report& report, const Style& style)
      : report_(report), style_(style), width_(width_of(style)) {}

  [[nodiscard]] std::string block(const Finding& finding) {
    const auto column = status_width(style_);
    auto out = status_column(finding.status, style_) +
               hang(std::string(column, ' '), first_line(finding), width_).substr(column);
    out += hang(block_indent, summary_text(finding, style_.language), width_);
    out += dialogue_text(finding.evidence, block_indent, evidence_limit, style_);
    if (finding.status == Status::fail || finding.status == Status::warn) {
      out += why(finding) + fix(finding) + "\n";
    }
    return out;
  }

private:
  [[nodiscard]] std::string first_line(const Finding& finding) const {
    std::vector<std::string> parts{std::string(finding.id) + "  " + title_of(finding.id, style_)};
    auto where = finding.where;
    if (report_.hosts.size() == 1 && where.port) {
      where.address.reset();  // the head of the report names it
    }
    parts.push_back(place(where, style_));
    if (finding.status != Status::not_tested) {
      parts.push_back(say(label_of(finding.confidence).word, {}, style_.language));
    }
    std::erase(parts, "");
    return fmt::format("{}", fmt::join(parts, " · "));
  }

  [[nodiscard]] std::string why(const Finding& finding) {
    const auto* check = finding::find_check(finding.id);
    if (check == nullptr || !explained_.insert(finding.id).second) {
      return "";
    }
    const auto label = std::string(block_indent) + say(Word::finding_why, {}, style_.language);
    return hang(label, say(check->meaning, {}, style_.language), width_);
  }

  [[nodiscard]] std::string fix(const Finding& finding) {
    const auto lines = fix_lines(report_, finding, style_.language);
    if (lines.empty() || !fixes_.insert(lines).second) {
      return "";
    }
    const auto label = std::string(block_indent) + say(Word::finding_fix, {}, style_.language);
    auto out = hang(label, lines.front(), width_);
    for (auto line = lines.begin() + 1; line != lines.end(); ++line) {
      out +=
          std::string(columns(label), ' ') + *line + "\n";  // not wrapped: it is copied from here
    }
    return out;
  }

  const Report& report_;
  const Style& style_;
  std::size_t width_;
  std::set<std::string_view> explained_;
  std::set<std::vector<std::string>> fixes_;
};

std::string passes(const Report& report, const Style& style) {
  const auto column = status_width(style);
  std::string out;
  for (const auto& line : passed_lines(report, style)) {
    out += status_column(Status::pass, style) +
           hang(std::string(column, ' '), line, width_of(style)).substr(column);
  }
  return out;
}

}  // namespace

std::string findings_text(const Report& report, const Style& style) {
  FindingsText text(report, style);
  std::string out;
  for (const auto* finding : worst_first(report)) {
    const bool apart = finding->status == Status::pass || !is_wanted(finding->status, style);
    out += apart ? "" : text.block(*finding);
  }
  return out + (is_wanted(Status::pass, style) ? passes(report, style) : "");
}

}  // namespace spranga::render
