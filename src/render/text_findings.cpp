// Findings as text: worst first; passes at the end, one line an id.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "render/labels.h"
#include "render/paint.h"
#include "render/text_report.h"
#include "render/wrap.h"
#include "text/escape.h"

namespace spranga::render {

namespace {

using finding::Finding;
using finding::Report;
using finding::Status;
using words::say;
using words::Word;

constexpr std::string_view indent = "      ";
constexpr std::size_t evidence_limit = 500;  // bytes of one line; --verbose shows more
constexpr std::size_t status_width = 11;     // "NOT-TESTED" and a blank

std::size_t text_width(const Style& style) {
  return static_cast<std::size_t>(std::clamp(style.width, 40, 200));
}

std::string title_of(std::string_view id, const Style& style) {
  const auto* check = finding::find_check(id);
  return check == nullptr ? std::string() : say(check->title, {}, style.language);
}

std::string status_column(Status status, const Style& style) {
  return paint(
      style, ink_of(status), pad(say(label_of(status).word, {}, style.language), status_width));
}

std::string first_line(const Finding& finding, const Style& style) {
  std::vector<std::string> parts{std::string(finding.id) + "  " + title_of(finding.id, style)};
  if (const auto where = place(finding.where, style); !where.empty()) {
    parts.push_back(where);
  }
  if (const auto word = label_of(finding.confidence).word;
      word != Word::none && finding.status != Status::not_tested) {
    parts.push_back(say(word, {}, style.language));
  }
  return fmt::format("{}", fmt::join(parts, " · "));
}

std::string fix_text(const std::vector<std::string>& lines, const Style& style) {
  if (lines.empty()) {
    return "";
  }
  const auto label = std::string(indent) + say(Word::finding_fix, {}, style.language);
  auto out = hang(label, lines.front(), text_width(style));
  for (auto line = lines.begin() + 1; line != lines.end(); ++line) {
    out += std::string(columns(label), ' ') + *line + "\n";  // not wrapped: it is copied from here
  }
  return out;
}

std::string block(const Report& report, const Finding& finding, const Style& style) {
  const auto width = text_width(style);
  const auto title = hang(std::string(status_width, ' '), first_line(finding, style), width);
  auto out = status_column(finding.status, style) + title.substr(status_width);
  out += hang(indent, say(finding.summary, style.language), width);
  out += dialogue_text(finding.evidence, indent, evidence_limit, style);
  const auto* check = finding::find_check(finding.id);
  if (check != nullptr && (finding.status == Status::fail || finding.status == Status::warn)) {
    const auto label = std::string(indent) + say(Word::finding_why, {}, style.language);
    out += hang(label, say(check->meaning, {}, style.language), width);
  }
  return out + fix_text(fix_lines(report, finding, style.language), style);
}

/// "587 (TLS)" for a pass; the address comes before where more than one was tested.
std::string short_place(const Finding& finding, bool with_address, const Style& style) {
  std::string out = with_address ? text::escape(finding.where.address.value_or("")) : "";
  if (finding.where.port) {
    out += (out.empty() ? "" : " ") + std::to_string(*finding.where.port);
  }
  return finding.where.tls && !out.empty() ? say(Word::where_tls_mark, {out}, style.language) : out;
}

std::string passes(const Report& report, const Style& style) {
  const bool with_address = report.hosts.size() > 1;
  std::string out;
  for (const auto& check : finding::catalogue()) {
    std::vector<std::string> places;
    bool passed = false;
    for (const auto& finding : report.findings) {
      if (finding.id == check.id && finding.status == Status::pass) {
        passed = true;
        places.push_back(short_place(finding, with_address, style));
      }
    }
    std::erase(places, "");
    if (passed) {
      const auto text = std::string(check.id) + "  " + say(check.title, {}, style.language) +
                        (places.empty() ? "" : " · ") + fmt::format("{}", fmt::join(places, ", "));
      out += status_column(Status::pass, style) +
             hang(std::string(status_width, ' '), text, text_width(style)).substr(status_width);
    }
  }
  return out;
}

}  // namespace

std::string place(const finding::Where& where, const Style& style) {
  if (!where.port) {
    return text::escape(where.address.value_or(""));
  }
  const auto port = std::to_string(*where.port);
  if (!where.address) {
    return say(where.tls ? Word::where_port_tls : Word::where_port, {port}, style.language);
  }
  return say(where.tls ? Word::where_address_port_tls : Word::where_address_port,
             {*where.address, port},
             style.language);
}

std::string dialogue_text(std::span<const finding::Line> lines,
                          std::string_view margin,
                          std::size_t limit,
                          const Style& style) {
  std::string out;
  for (const auto& line : lines) {
    const auto at = static_cast<double>(line.at.count()) / 1000.0;
    const auto milliseconds =
        say(Word::report_milliseconds, {fmt::format("{:.1f}", at)}, style.language);
    const auto first =
        fmt::format("{}{:>11}  {} ", margin, milliseconds, pad(mark_of(line.direction).arrow, 2));
    out += hang(first, text::escape_clipped(line.text, limit), text_width(style));
  }
  return out;
}

std::string findings_text(const Report& report, const Style& style) {
  constexpr std::array worst_first = {Status::fail, Status::warn, Status::not_tested, Status::info};
  std::string out;
  for (const auto status : worst_first) {
    for (const auto& finding : report.findings) {
      if (finding.status == status) {
        out += block(report, finding, style);
        out += status == Status::fail || status == Status::warn ? "\n" : "";
      }
    }
  }
  return out + passes(report, style);
}

}  // namespace spranga::render
