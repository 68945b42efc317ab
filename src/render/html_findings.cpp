// Rules, changes and findings as parts of a page.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "render/findings_order.h"
#include "render/html_parts.h"
#include "render/labels.h"
#include "render/text_report.h"

namespace spranga::render {

namespace {

using finding::Finding;
using finding::Report;
using finding::Status;
using words::Word;

constexpr std::size_t evidence_line = 1000;  // bytes; the full dialogue shows more

std::string change_id(const Sheet& sheet, finding::RemedyId change) {
  return sheet.id(fmt::format("change-{}", static_cast<int>(change)));
}

/// What was seen for an open rule, what keeps it open, and the command that settles it.
void write_open_rule(const Sheet& sheet, const finding::RuleVerdict& rule) {
  auto& html = sheet.html;
  if (!rule.in_favour.empty() || !rule.open.empty()) {
    const auto list = html.element("ul");
    const auto each = [&](Word label, const std::vector<words::Phrase>& phrases) {
      for (const auto& phrase : phrases) {
        html.leaf("li", sheet.say(label) + " " + words::say(phrase, sheet.style.language));
      }
    };
    each(Word::rule_in_favour, rule.in_favour);
    each(Word::rule_open, rule.open);
  }
  if (!rule.settle_command.empty()) {
    html.leaf("p", sheet.say(Word::rule_settle), {{"class", "file"}});
    sheet.to_copy({rule.settle_command});
  }
}

/// Prints findings one after the other; what was said once about a check is not said again.
class FindingsPart {
public:
  FindingsPart(const Sheet& sheet, const Report& report) : sheet_(sheet), report_(report) {}

  void write(const Finding& finding) {
    auto& html = sheet_.html;
    const auto name = sheet_.id(fmt::format("finding-{}", ++count_));
    const auto item = html.element("article", {{"class", "finding"}, {"aria-labelledby", name}});
    write_title(finding, name);
    html.leaf("p", summary_text(finding, sheet_.style.language));
    if (finding.status == Status::fail || finding.status == Status::warn) {
      write_why(finding);
      write_fix(finding);
    }
    if (!finding.evidence.empty()) {
      const auto details = html.element("details");
      html.leaf("summary",
                sheet_.say(Word::html_evidence, {std::to_string(finding.evidence.size())}));
      write_lines(sheet_, finding.evidence, evidence_line);
    }
  }

private:
  void write_title(const Finding& finding, const std::string& name) const {
    auto& html = sheet_.html;
    const auto* check = finding::find_check(finding.id);
    const auto head = html.element("header");
    write_badge(sheet_, badge_of(finding.status));
    sheet_.heading(
        fmt::format("{} {}", finding.id, check == nullptr ? "" : sheet_.say(check->title)),
        {{"id", name}},
        1);
    auto where = finding.where;
    if (report_.hosts.size() == 1 && where.port) {
      where.address.reset();  // the head of the report names it
    }
    std::vector<std::string> parts{place(where, sheet_.style)};
    if (finding.status != Status::not_tested) {
      parts.push_back(sheet_.say(label_of(finding.confidence).word));
    }
    std::erase(parts, "");
    if (!parts.empty()) {
      html.leaf("p", fmt::format("{}", fmt::join(parts, " · ")), {{"class", "where"}});
    }
  }

  void write_why(const Finding& finding) {
    const auto* check = finding::find_check(finding.id);
    if (check == nullptr || !explained_.insert(finding.id).second) {
      return;
    }
    const auto paragraph = sheet_.html.element("p");
    sheet_.html.leaf("strong", sheet_.say(Word::finding_why));
    sheet_.html.text(sheet_.say(check->meaning));
  }

  /// A change that the list above holds is pointed at; another is told once.
  void write_fix(const Finding& finding) {
    if (!finding.remedy) {
      return;
    }
    auto& html = sheet_.html;
    const auto product = product_at(report_, finding.where);
    const bool listed = std::ranges::count(report_.changes, *finding.remedy) > 0;
    const bool told = !told_.insert({*finding.remedy, product}).second;
    if (told && !listed) {
      return;
    }
    {
      const auto paragraph = html.element("p");
      html.leaf("strong", sheet_.say(Word::finding_fix));
      const auto what = sheet_.say(finding::remedy(*finding.remedy).what);
      if (listed) {
        html.leaf("a", what, {{"href", "#" + change_id(sheet_, *finding.remedy)}});
      } else {
        html.text(what);
      }
    }
    if (!listed) {
      write_directives(sheet_, *finding.remedy, product);
    }
  }

  const Sheet& sheet_;
  const Report& report_;
  int count_{0};
  std::set<std::string_view> explained_;
  std::set<std::pair<finding::RemedyId, finding::Product>> told_;
};

/// Checks that passed, one line an id, in the catalogue's order.
void write_passes(const Sheet& sheet, const Report& report) {
  auto& html = sheet.html;
  const auto passed = passed_lines(report, sheet.style);
  if (passed.empty()) {
    return;
  }
  const auto list = html.element("ul", {{"class", "passes"}});
  for (const auto& line : passed) {
    const auto item = html.element("li");
    write_badge(sheet, badge_of(Status::pass));
    html.text(" " + line);
  }
}

}  // namespace

void write_rules(const Sheet& sheet, const Report& report) {
  auto& html = sheet.html;
  const auto section =
      html.element("section", {{"class", "rules"}, {"aria-labelledby", sheet.id("rules")}});
  sheet.heading(sheet.say(Word::html_rules), {{"id", sheet.id("rules")}, {"class", "quiet"}});
  const auto list = html.element("ol");
  for (std::size_t i = 0; i < report.rules.size(); ++i) {
    const auto& rule = report.rules.at(i);
    const auto item = html.element("li");
    {
      const auto line = html.element("p", {{"class", "rule"}});
      write_badge(sheet, badge_of(rule));
      html.leaf(
          "span", sheet.say(Word::rule_heading, {std::to_string(i + 1)}), {{"class", "number"}});
      html.text(" ");
      html.leaf("strong", sheet.say(rule_title(finding::Rule(i + 1))));
    }
    if (rule.asked && rule.state == finding::RuleState::unknown) {
      const auto open = html.element("div", {{"class", "open"}});
      write_open_rule(sheet, rule);
    }
  }
}

void write_changes(const Sheet& sheet, const Report& report) {
  if (report.changes.empty()) {
    return;
  }
  auto& html = sheet.html;
  const auto section =
      html.element("section", {{"class", "changes"}, {"aria-labelledby", sheet.id("changes")}});
  sheet.heading(sheet.say(Word::report_changes), {{"id", sheet.id("changes")}});
  const auto list = html.element("ol");
  for (const auto change : report.changes) {
    const auto item = html.element("li", {{"id", change_id(sheet, change)}});
    html.leaf("p", sheet.say(finding::remedy(change).what));
    write_directives(sheet, change, product_for(report, change));
  }
}

void write_findings(const Sheet& sheet, const Report& report) {
  if (report.findings.empty()) {
    return;
  }
  auto& html = sheet.html;
  const auto section =
      html.element("section", {{"class", "findings"}, {"aria-labelledby", sheet.id("findings")}});
  sheet.heading(sheet.say(Word::report_findings), {{"id", sheet.id("findings")}});
  FindingsPart part(sheet, report);
  for (const auto* finding : worst_first(report)) {
    if (finding->status != Status::pass) {
      part.write(*finding);
    }
  }
  write_passes(sheet, report);
}

}  // namespace spranga::render
