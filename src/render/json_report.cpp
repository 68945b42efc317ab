#include "render/json_report.h"

#include <nlohmann/json.hpp>

#include "render/labels.h"
#include "text/escape.h"

namespace spranga::render {

namespace {

using finding::Report;
using words::Language;
using words::say;
using words::Word;
using Json = nlohmann::ordered_json;

constexpr std::string_view schema = "spranga.check/1";
constexpr std::size_t line_limit = 16'000;  // bytes of one line of a dialogue

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text::escape(text));
}

Json phrases(const std::vector<words::Phrase>& list, Language language) {
  auto out = Json::array();
  for (const auto& phrase : list) {
    out.push_back(say(phrase, language));
  }
  return out;
}

Json where_json(const finding::Where& where) {
  return {{"address", where.address ? Json(text::escape(*where.address)) : Json(nullptr)},
          {"port", or_null(where.port)},
          {"tls", where.tls}};
}

Json lines_json(const std::vector<finding::Line>& lines) {
  auto out = Json::array();
  for (const auto& line : lines) {
    out.push_back({{"t_ms", static_cast<double>(line.at.count()) / 1000.0},
                   {"direction", mark_of(line.direction).key},
                   {"text", text::escape_clipped(line.text, line_limit)}});
  }
  return out;
}

Json rules_json(const Report& report, Language language) {
  Json out;
  for (std::size_t i = 0; i < report.rules.size(); ++i) {
    const auto& rule = report.rules.at(i);
    out[std::to_string(i + 1)] = {{"state", label_of(rule.state).key},
                                  {"asked", rule.asked},
                                  {"in_favour", phrases(rule.in_favour, language)},
                                  {"open", phrases(rule.open, language)},
                                  {"settle", text_or_null(rule.settle_command)}};
  }
  return out;
}

Json rule_number(std::string_view id) {
  const auto* check = finding::find_check(id);
  const bool in_rule = check != nullptr && check->rule != finding::Rule::beyond;
  return in_rule ? Json(static_cast<int>(check->rule)) : Json(nullptr);
}

Json findings_json(const Report& report, Language language) {
  auto out = Json::array();
  for (const auto& finding : report.findings) {
    out.push_back({{"id", finding.id},
                   {"status", label_of(finding.status).key},
                   {"confidence", label_of(finding.confidence).key},
                   {"rule", rule_number(finding.id)},
                   {"where", where_json(finding.where)},
                   {"summary", summary_text(finding, language)},
                   {"evidence", lines_json(finding.evidence)},
                   {"fix", fix_lines(report, finding, language)}});
  }
  return out;
}

Json changes_json(const Report& report, Language language) {
  auto out = Json::array();
  for (const auto change : report.changes) {
    auto lines = finding::remedy_lines(change, product_for(report, change), language);
    const auto what = lines.front();
    lines.erase(lines.begin());
    out.push_back({{"what", what}, {"directives", lines}});
  }
  return out;
}

Json hosts_json(const Report& report, Language language) {
  auto out = Json::array();
  for (const auto& host : report.hosts) {
    out.push_back({{"name", text_or_null(host.name)},
                   {"address", text::escape(host.address)},
                   {"role", say(host.role, language)},
                   {"product", text_or_null(std::string(finding::product_name(host.product)))},
                   {"ports", host.open_ports}});
  }
  return out;
}

Json ban_json(const std::optional<finding::Ban>& ban) {
  if (!ban) {
    return nullptr;
  }
  return {{"attempts", or_null(ban->attempts)},
          {"attempts_at_most", or_null(ban->at_most)},
          {"kind", or_null(ban->kind)},
          {"ports", ban->ports},
          {"lasted",
           {{"at_least_s", or_null(ban->at_least_s)}, {"at_most_s", or_null(ban->at_most_s)}}}};
}

Json noise_json(const finding::Noise& noise) {
  auto probes = Json::array();
  for (const auto& probe : noise.probes) {
    probes.push_back({{"id", probe.id}, {"lines", probe.lines}});
  }
  return {{"lines", noise.lines()}, {"probes", probes}};
}

Json dialogues_json(const Report& report) {
  auto out = Json::array();
  for (const auto& dialogue : report.dialogues) {
    out.push_back({{"purpose", text::escape(dialogue.purpose)},
                   {"where", where_json(dialogue.where)},
                   {"lines", lines_json(dialogue.lines)}});
  }
  return out;
}

/// Why nothing could be tested; null where something could.
Json error_json(const Report& report, Language language) {
  if (report.connected) {
    return nullptr;
  }
  return report.trouble.word == Word::none ? say(Word::verdict_no_connection_meaning, {}, language)
                                           : say(report.trouble, language);
}

Json report_json(const Report& report, const Style& style) {
  constexpr auto language = Language::english;  // a program reads it
  Json out = {{"schema", schema},
              {"target", text::escape(report.target)},
              {"verdict", label_of(report.verdict).key},
              {"error", error_json(report, language)},
              {"rules", rules_json(report, language)},
              {"changes", changes_json(report, language)},
              {"findings", findings_json(report, language)},
              {"ban", ban_json(report.ban)},
              {"noise", noise_json(report.noise)},
              {"hosts", hosts_json(report, language)},
              {"remarks", phrases(report.remarks, language)},
              {"nonce", text_or_null(report.nonce)},
              {"source", text_or_null(report.source)},
              {"connections", report.connections},
              {"elapsed_ms", report.elapsed.count()}};
  if (style.verbose) {
    out["dialogues"] = dialogues_json(report);
  }
  return out;
}

}  // namespace

std::string json_report(std::span<const Report> reports, const Style& style) {
  auto all = Json::array();
  for (const auto& report : reports) {
    all.push_back(report_json(report, style));
  }
  const auto& whole = reports.size() == 1 ? all.front() : all;
  return whole.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace spranga::render
