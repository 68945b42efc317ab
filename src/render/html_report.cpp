#include "render/html_report.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "render/html_parts.h"
#include "render/labels.h"
#include "render/text_report.h"
#include "text/escape.h"

namespace spranga::render {

namespace {

using finding::Report;
using words::Word;

/// What a browser may fetch: nothing.
constexpr std::string_view content_policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'";

void write_head(Html& html, const std::string& title) {
  const auto head = html.element("head");
  html.empty("meta", {{"charset", "utf-8"}});
  html.empty("meta",
             {{"http-equiv", "Content-Security-Policy"}, {"content", std::string(content_policy)}});
  html.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  html.empty("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
  html.leaf("title", title);
  html.style_sheet(page_css());
}

void write_hosts(const Sheet& sheet, const Report& report) {
  if (report.hosts.empty()) {
    return;
  }
  const auto list = sheet.html.element("ul", {{"class", "hosts"}});
  for (const auto& host : report.hosts) {
    sheet.html.leaf("li", host_text(host, sheet.style));
  }
}

/// Name and verdict, so that it is understood at a glance.
void write_verdict(const Sheet& sheet, const Report& report) {
  auto& html = sheet.html;
  const auto header = html.element("header", {{"class", "top"}});
  sheet.heading(report.target, {{"id", sheet.id("name")}}, -1);
  {
    const auto verdict = html.element("p", {{"class", "verdict"}});
    write_badge(sheet, badge_of(report));
  }
  html.leaf("p", sheet.say(headline(report).meaning), {{"class", "lead"}});
  if (report.trouble.word != Word::none) {
    html.leaf("p", words::say(report.trouble, sheet.style.language));
  }
  write_hosts(sheet, report);
}

void write_remarks(const Sheet& sheet, const Report& report) {
  if (report.remarks.empty()) {
    return;
  }
  auto& html = sheet.html;
  const auto section = html.element("section", {{"aria-labelledby", sheet.id("remarks")}});
  sheet.heading(sheet.say(Word::report_remarks), {{"id", sheet.id("remarks")}});
  const auto list = html.element("ul");
  for (const auto& remark : report.remarks) {
    html.leaf("li", words::say(remark, sheet.style.language));
  }
}

/// What the run was, and what it left in the server's log.
void write_run(const Sheet& sheet, const Report& report) {
  auto& html = sheet.html;
  const auto& making = sheet.style.making;
  const auto section =
      html.element("section", {{"class", "run"}, {"aria-labelledby", sheet.id("run")}});
  sheet.heading(sheet.say(Word::html_run), {{"id", sheet.id("run")}});
  const auto list = html.element("dl");
  const auto row = [&](Word label, const std::string& value) {
    if (!value.empty()) {
      html.leaf("dt", sheet.say(label));
      html.leaf("dd", value);
    }
  };
  row(Word::html_time, making.time);
  row(Word::html_version, making.version);
  row(Word::html_source, report.source);
  if (report.connected) {
    row(Word::html_nonce, report.nonce);
    std::vector<std::string> probes;
    for (const auto& probe : report.noise.probes) {
      if (probe.lines > 0) {
        probes.push_back(fmt::format("{}: {}", probe.id, probe.lines));
      }
    }
    row(Word::html_counted_lines,
        fmt::format("{}{}{}{}",
                    report.noise.lines(),
                    probes.empty() ? "" : " (",
                    fmt::join(probes, ", "),
                    probes.empty() ? "" : ")"));
  }
  row(Word::html_connections, std::to_string(report.connections));
  row(Word::html_took, span_text(report.elapsed));
}

void write_target(const Sheet& sheet, const Report& report) {
  const auto article = sheet.html.element(
      "article",
      {{"class", "target"}, {"id", sheet.id("top")}, {"aria-labelledby", sheet.id("name")}});
  write_verdict(sheet, report);
  if (report.connected) {
    write_rules(sheet, report);
    write_changes(sheet, report);
  }
  write_ban(sheet, report);
  if (report.connected && report.findings.empty()) {
    sheet.html.leaf("p", sheet.say(Word::html_no_findings));
  }
  write_findings(sheet, report);
  write_remarks(sheet, report);
  write_run(sheet, report);
  write_timeline(sheet, report);
  write_dialogues(sheet, report);
}

/// Several targets: each with its verdict and rules in one line, and the way to it.
void write_overview(const Sheet& sheet, std::span<const Report> reports) {
  auto& html = sheet.html;
  const auto nav = html.element("nav", {{"class", "overview"}, {"aria-labelledby", "overview"}});
  sheet.heading(sheet.say(Word::html_overview), {{"id", "overview"}, {"class", "quiet"}}, -1);
  const auto list = html.element("ul");
  int number = 0;
  for (const auto& report : reports) {
    const auto item = html.element("li");
    write_badge(sheet, badge_of(report));
    html.leaf("a", report.target, {{"href", fmt::format("#t{}-top", ++number)}});
    if (!report.connected) {
      continue;
    }
    std::vector<std::string> rules;
    for (std::size_t i = 0; i < report.rules.size(); ++i) {
      const auto state = sheet.say(badge_of(report.rules.at(i)).word);
      rules.push_back(sheet.say(Word::explain_rule, {std::to_string(i + 1), state}));
    }
    html.leaf("small", fmt::format("{}", fmt::join(rules, " · ")));
  }
}

void write_foot(const Sheet& sheet) {
  auto& html = sheet.html;
  const auto& making = sheet.style.making;
  const auto footer = html.element("footer");
  if (!making.command.empty()) {
    html.leaf("p", sheet.say(Word::html_repeat), {{"class", "file"}});
    sheet.to_copy({making.command});
  }
  const auto maker = making.version.empty() ? "spranga" : "spranga " + making.version;
  const auto line = html.element("p");
  html.text(maker + (making.time.empty() ? "" : " · "));
  if (!making.time.empty()) {
    html.leaf("time", making.time, {{"datetime", making.time}});
  }
  html.text(" · " + sheet.say(Word::html_alone));
}

}  // namespace

std::string html_report(std::span<const Report> reports, const Style& style) {
  Html html;
  const bool one = reports.size() == 1;
  const Sheet page{html, style, "", one ? 2 : 3};
  const auto many = page.say(Word::html_many, {std::to_string(reports.size())});
  const auto name = one ? text::escape(reports.front().target) : many;
  {
    const auto root = html.element("html", {{"lang", std::string(words::tag_of(style.language))}});
    write_head(html, page.say(Word::html_title_of, {name}));
    const auto body = html.element("body");
    {
      const auto header = html.element("header", {{"class", "page"}});
      if (one) {
        html.leaf("p", page.say(Word::html_title));
      } else {
        html.leaf("h1", page.say(Word::html_title_of, {name}));
        write_overview(page, reports);
      }
    }
    {
      const auto main = html.element("main");
      int number = 0;
      for (const auto& report : reports) {
        write_target({html, style, fmt::format("t{}-", ++number), page.level}, report);
      }
    }
    write_foot(page);
  }
  return html.page();
}

}  // namespace spranga::render
