#include "render/html_parts.h"

#include <fmt/core.h>

#include <array>

#include "render/labels.h"
#include "render/text_report.h"
#include "text/escape.h"

namespace spranga::render {

namespace {

using finding::Status;
using words::Word;

constexpr std::array<Html::Name, 4> headings = {"h1", "h2", "h3", "h4"};

// In the order of Sign: strokes in a square of 16.
constexpr std::array<std::string_view, 6> sign_paths = {
    "M3 8.5l3.2 3.2L13 4.8",
    "M4 4l8 8M12 4l-8 8",
    "M5.4 6a2.6 2.6 0 1 1 3.8 2.3C8.3 8.8 8 9.2 8 10M8 13v.1",
    "M8 3v6M8 12.6v.1",
    "M8 7.4V13M8 3.4v.1",
    "M4 8h8",
};

// In the order of Ink.
constexpr std::array<std::string_view, 7> ink_classes = {
    "plain", "good", "bad", "warning", "note", "faint", "heading"};

// In the order of Status and of RuleState.
constexpr std::array status_signs = {
    Sign::check, Sign::cross, Sign::exclaim, Sign::info, Sign::question};
constexpr std::array rule_signs = {Sign::check, Sign::cross, Sign::question};

template <class Table, class Member>
auto row_of(const Table& table, Member member) {
  return table.at(static_cast<std::size_t>(member));
}

}  // namespace

std::string Sheet::say(Word word, std::vector<std::string> values) const {
  return words::say(word, std::move(values), style.language);
}

void Sheet::heading(std::string_view text, Html::Attributes attributes, int deeper) const {
  html.leaf(headings.at(static_cast<std::size_t>(level + deeper - 1)), text, attributes);
}

void Sheet::to_copy(const std::vector<std::string>& lines) const {
  const auto box = html.element("pre");
  const auto code = html.element("code");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) {
      html.line_end();
    }
    html.text(lines[i]);
  }
}

Badge badge_of(const finding::Report& report) {
  const auto sign = report.connected ? row_of(rule_signs, report.verdict) : Sign::exclaim;
  return {ink_of(report), sign, headline(report).word};
}

Badge badge_of(const finding::RuleVerdict& rule) {
  return rule.asked
             ? Badge{ink_of(rule.state), row_of(rule_signs, rule.state), label_of(rule.state).word}
             : Badge{Ink::faint, Sign::dash, Word::rule_not_asked};
}

Badge badge_of(Status status) {
  return {ink_of(status), row_of(status_signs, status), label_of(status).word};
}

void write_badge(const Sheet& sheet, const Badge& badge) {
  auto& html = sheet.html;
  const auto box =
      html.element("span", {{"class", fmt::format("badge {}", row_of(ink_classes, badge.ink))}});
  {
    const auto sign =
        html.element("svg", {{"viewBox", "0 0 16 16"}, {"class", "sign"}, {"aria-hidden", "true"}});
    html.empty("path", {{"d", std::string(row_of(sign_paths, badge.sign))}});
  }
  html.text(sheet.say(badge.word));
}

void write_lines(const Sheet& sheet, const std::vector<finding::Line>& lines, std::size_t limit) {
  auto& html = sheet.html;
  const auto table = html.element("table", {{"class", "dialogue"}});
  {
    const auto head = html.element("thead");
    const auto row = html.element("tr");
    for (const auto& name :
         {std::string("ms"), sheet.say(Word::html_column_who), sheet.say(Word::html_column_line)}) {
      html.leaf("th", name, {{"scope", "col"}});
    }
  }
  const auto body = html.element("tbody");
  for (const auto& line : lines) {
    const auto row = html.element("tr", {{"class", line.tls ? "tls" : "clear"}});
    html.leaf("td", fmt::format("{:.1f}", static_cast<double>(line.at.count()) / 1000.0));
    html.leaf("td", mark_of(line.direction).arrow);
    const auto cell = html.element("td");
    html.leaf("code", text::escape_clipped(line_text(line, sheet.style), limit));
  }
}

void write_directives(const Sheet& sheet, finding::RemedyId remedy, finding::Product product) {
  for (const auto& place : finding::remedy_places(remedy, product, sheet.style.language)) {
    sheet.html.leaf("p", place.label, {{"class", "file"}});
    sheet.to_copy(place.lines);
  }
}

std::string span_text(std::chrono::milliseconds span) {
  const auto ms = span.count();
  if (ms > 0 && ms < 1'000) {
    return fmt::format("{} ms", ms);
  }
  if (ms < 59'950) {
    const auto tenths = (ms + 50) / 100;
    return tenths % 10 == 0 ? fmt::format("{} s", tenths / 10)
                            : fmt::format("{}.{} s", tenths / 10, tenths % 10);
  }
  const auto seconds = (ms + 500) / 1'000;
  const auto hours = seconds / 3'600;
  const auto minutes = seconds / 60 % 60;
  if (hours > 0) {
    return minutes == 0 ? fmt::format("{} h", hours) : fmt::format("{} h {} min", hours, minutes);
  }
  return seconds % 60 == 0 ? fmt::format("{} min", minutes)
                           : fmt::format("{} min {} s", minutes, seconds % 60);
}

}  // namespace spranga::render
