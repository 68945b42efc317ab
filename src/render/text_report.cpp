#include "render/text_report.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

#include "render/labels.h"
#include "render/paint.h"
#include "render/wrap.h"
#include "text/escape.h"

namespace spranga::render {

namespace {

using finding::Report;
using words::say;
using words::Word;

constexpr std::size_t dialogue_limit = 4000;  // bytes of one line with --verbose

std::string heading(Word word, const Style& style) {
  return "\n" + paint(style, Ink::heading, say(word, {}, style.language)) + "\n";
}

/// `left` and, at the right edge, `right` in colour.
std::string two_sided(const std::string& left,
                      const std::string& right,
                      Ink ink,
                      const Style& style) {
  const auto width = width_of(style);
  const auto used = columns(right) + 2;
  return pad(left, width > used ? width - used : 0) + "  " + paint(style, ink, right) + "\n";
}

}  // namespace

std::string host_text(const finding::TestedHost& host, const Style& style) {
  std::vector<std::string> parts;
  const auto add = [&parts](std::string part) {
    if (!part.empty()) {
      parts.push_back(std::move(part));
    }
  };
  add(text::escape(host.name == host.address ? "" : host.name));
  add(text::escape(host.address));
  add(say(host.role, style.language));
  add(std::string(finding::product_name(host.product)));
  add(host.open_ports.empty() ? say(Word::report_host_no_ports, {}, style.language)
                              : say(Word::report_host_ports,
                                    {fmt::format("{}", fmt::join(host.open_ports, ", "))},
                                    style.language));
  return fmt::format("{}", fmt::join(parts, " · "));
}

namespace {

std::string head(const Report& report, const Style& style) {
  const auto top = headline(report);
  auto out = two_sided(
      text::escape(report.target), say(top.word, {}, style.language), ink_of(report), style);
  for (const auto& host : report.hosts) {
    out += hang("  ", host_text(host, style), width_of(style));
  }
  out += hang("", say(top.meaning, {}, style.language), width_of(style));
  if (report.trouble.word != Word::none) {
    out += hang("* ", say(report.trouble, style.language), width_of(style));
  }
  return out;
}

/// What was seen in favour of an unknown rule, what keeps it open, and the command that settles it.
std::string open_rule(const finding::RuleVerdict& rule, const Style& style) {
  constexpr std::string_view indent = "        ";
  std::string out;
  const auto add = [&](Word label, const words::Phrase& phrase) {
    const auto first = std::string(indent) + "- " + say(label, {}, style.language) + " ";
    out += hang(first, say(phrase, style.language), width_of(style));
  };
  for (const auto& phrase : rule.in_favour) {
    add(Word::rule_in_favour, phrase);
  }
  for (const auto& phrase : rule.open) {
    add(Word::rule_open, phrase);
  }
  if (!rule.settle_command.empty()) {
    out += std::string(indent) + say(Word::rule_settle, {}, style.language) + "\n" +
           std::string(indent) + "  " + text::escape(rule.settle_command) + "\n";
  }
  return out;
}

std::string rules(const Report& report, const Style& style) {
  std::string out = "\n";
  for (std::size_t i = 0; i < report.rules.size(); ++i) {
    const auto& rule = report.rules.at(i);
    const auto name = say(Word::rule_heading, {std::to_string(i + 1)}, style.language) + "  " +
                      say(rule_title(finding::Rule(i + 1)), {}, style.language);
    const auto state = rule.asked ? label_of(rule.state).word : Word::rule_not_asked;
    const auto ink = rule.asked ? ink_of(rule.state) : Ink::faint;
    out += two_sided(name, say(state, {}, style.language), ink, style);
    if (rule.asked && rule.state == finding::RuleState::unknown) {
      out += open_rule(rule, style);
    }
  }
  return out;
}

std::string changes(const Report& report, const Style& style) {
  std::string out;
  int number = 0;
  for (const auto change : report.changes) {
    const auto lines = finding::remedy_lines(change, product_for(report, change), style.language);
    out += hang(fmt::format("  {}. ", ++number), lines.front(), width_of(style));
    for (auto line = lines.begin() + 1; line != lines.end(); ++line) {
      out += "       " + *line + "\n";  // not wrapped: it is copied from here
    }
  }
  return out.empty() ? out : heading(Word::report_changes, style) + out;
}

std::string remarks(const Report& report, const Style& style) {
  std::string out;
  for (const auto& remark : report.remarks) {
    out += hang("  * ", say(remark, style.language), width_of(style));
  }
  return out.empty() ? out : heading(Word::report_remarks, style) + out;
}

std::string dialogues(const Report& report, const Style& style) {
  std::string out;
  int number = 0;
  for (const auto& dialogue : report.dialogues) {
    const auto name = say(Word::report_dialogue_title, {std::to_string(++number)}, style.language);
    out += "\n" +
           hang("  " + name + " ",
                text::escape(purpose_text(dialogue, style)) + " · " + place(dialogue.where, style),
                width_of(style));
    out += dialogue_text(dialogue.lines, "  ", dialogue_limit, style);
  }
  return out.empty()
             ? out
             : heading(Word::report_dialogues, style) +
                   hang("  ", say(Word::report_legend, {}, style.language), width_of(style)) + out;
}

std::string duration(std::chrono::milliseconds elapsed, const Style& style) {
  using namespace std::chrono_literals;
  if (elapsed < 1s) {
    return say(Word::report_milliseconds, {std::to_string(elapsed.count())}, style.language);
  }
  const auto seconds = fmt::format("{:.1f}", static_cast<double>(elapsed.count()) / 1000.0);
  return say(Word::report_seconds, {seconds}, style.language);
}

std::string noise(const finding::Noise& noise, const Style& style) {
  if (noise.lines() == 0) {
    return say(Word::report_noise_none, {}, style.language);
  }
  std::vector<std::string> parts;
  for (const auto& probe : noise.probes) {
    if (probe.lines > 0) {
      parts.push_back(say(Word::report_noise_probe,
                          {std::string(probe.id), std::to_string(probe.lines)},
                          style.language));
    }
  }
  return say(Word::report_noise,
             {std::to_string(noise.lines()), fmt::format("{}", fmt::join(parts, ", "))},
             style.language);
}

/// How to learn more, by the example of the worst check.
std::string explain_hint(const Report& report, const Style& style) {
  for (const auto status : {finding::Status::fail, finding::Status::warn}) {
    const auto found = std::ranges::find(report.findings, status, &finding::Finding::status);
    if (found != report.findings.end()) {
      return say(Word::report_explain_hint, {std::string(found->id)}, style.language) + "\n";
    }
  }
  return "";
}

std::string foot(const Report& report, const Style& style) {
  const auto width = width_of(style);
  auto out = "\n" + explain_hint(report, style);
  if (report.connected) {
    out += hang("", noise(report.noise, style), width);
  }
  if (report.connected && !report.nonce.empty()) {
    out += hang("", say(Word::report_nonce, {report.nonce}, style.language), width);
  }
  if (!report.source.empty()) {
    out += hang("", say(Word::report_source, {report.source}, style.language), width);
  }
  const auto connections = std::to_string(report.connections);
  out += hang(
      "",
      say(Word::report_connections, {connections, duration(report.elapsed, style)}, style.language),
      width);
  return out;
}

std::string quiet_line(const Report& report, const Style& style) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < report.rules.size(); ++i) {
    if (const auto& rule = report.rules.at(i); rule.asked && report.connected) {
      const auto state = say(label_of(rule.state).word, {}, style.language);
      parts.push_back(say(Word::quiet_rule, {std::to_string(i + 1), state}, style.language));
    }
  }
  for (const auto& finding : report.findings) {
    const auto fault = say(Word::status_fail, {}, style.language) + " " + std::string(finding.id);
    if (finding.status == finding::Status::fail && std::ranges::count(parts, fault) == 0) {
      parts.push_back(fault);
    }
  }
  if (report.trouble.word != Word::none) {
    parts.push_back(say(report.trouble, style.language));
  }
  return fmt::format("{}: {} ({})\n",
                     text::escape(report.target),
                     say(headline(report).word, {}, style.language),
                     fmt::join(parts, ", "));
}

std::string full_report(const Report& report, const Style& style) {
  auto out = head(report, style);
  if (report.connected) {
    out += rules(report, style) + changes(report, style);
  }
  const auto findings = findings_text(report, style);
  out += findings.empty() ? "" : heading(Word::report_findings, style) + findings;
  out += remarks(report, style);
  out += style.verbose ? dialogues(report, style) : "";
  return out + foot(report, style);
}

}  // namespace

std::string text_report(std::span<const Report> reports, const Style& style) {
  std::string out;
  for (const auto& report : reports) {
    if (style.quiet) {
      out += quiet_line(report, style);
      continue;
    }
    out += (out.empty() ? "" : "\n\n") + full_report(report, style);
  }
  return out;
}

}  // namespace spranga::render
