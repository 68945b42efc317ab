// BanState → the text of a state file.
#include <nlohmann/json.hpp>

#include "check/ban_state.h"
#include "check/ban_state_keys.h"
#include "words/phrase.h"

namespace spranga::check {

namespace {

using finding::Finding;
using words::Phrase;
using Json = nlohmann::ordered_json;

Json phrase_json(const Phrase& phrase) {
  auto values = Json::array();
  for (const auto& value : phrase.values) {
    values.push_back(value);
  }
  return {{"word", words::name_of(phrase.word)}, {"values", values}};
}

Json phrases_json(const std::vector<Phrase>& phrases) {
  auto out = Json::array();
  for (const auto& phrase : phrases) {
    out.push_back(phrase_json(phrase));
  }
  return out;
}

Json finding_json(const Finding& finding) {
  Json out = {{"id", finding.id},
              {"status", status_keys.at(static_cast<std::size_t>(finding.status))},
              {"confidence", confidence_keys.at(static_cast<std::size_t>(finding.confidence))},
              {"address", finding.where.address.value_or("")},
              {"port", finding.where.port.value_or(0)},
              {"tls", finding.where.tls},
              {"summary", phrase_json(finding.summary)},
              {"also", phrases_json(finding.also)}};
  // A remedy goes by the word that names it: numbers would change with the next one.
  out["remedy"] =
      finding.remedy ? std::string(words::name_of(finding::remedy(*finding.remedy).what)) : "";
  return out;
}

Json host_json(const finding::TestedHost& host) {
  return {{"name", host.name},
          {"address", host.address},
          {"role", words::name_of(host.role.word)},
          {"product", finding::product_name(host.product)},
          {"ports", host.open_ports}};
}

Json door_json(const BanDoor& door) {
  return {{"address", door.address},
          {"port", door.port},
          {"implicit_tls", door.implicit_tls},
          {"tls_name", door.tls_name},
          {"ca_file", door.ca_file},
          {"ehlo_name", door.ehlo_name},
          {"domain", door.domain},
          {"from_here", door.from_here},
          {"second_source", door.second_source},
          {"second_address", door.second_address},
          {"control_port", door.control_port}};
}

template <class List, class Make>
Json list_json(const List& list, Make make) {
  auto out = Json::array();
  for (const auto& item : list) {
    out.push_back(make(item));
  }
  return out;
}

}  // namespace

std::string to_text(const BanState& state) {
  const auto& report = state.report;
  Json out = {{"schema", state_schema},
              {"target", report.target},
              {"began_ms", state.began_ms},
              {"nonce", report.nonce},
              {"source", report.source},
              {"rules", state.rules},
              {"options", state.typed_options},
              {"door", door_json(state.door)}};
  out["block"] = {{"attempts", state.attempts},
                  {"at_most", state.at_most},
                  {"kind", knock::kind_name(state.kind)},
                  {"ports", state.ports_shut},
                  {"first_shut_ms", state.first_shut_ms},
                  {"doubt_ms", state.doubt_ms},
                  {"guesses",
                   list_json(state.guesses,
                             [](const finding::Guess& guess) {
                               return Json{{"at_ms", guess.at.count()},
                                           {"delay_ms", guess.reply_delay.count()},
                                           {"reply", guess.reply}};
                             })},
                  {"looks", list_json(state.looks, [](const knock::Look& look) {
                     return Json{{"after_ms", look.after.count()}, {"open", look.open}};
                   })}};
  out["noise"] = list_json(report.noise.probes, [](const finding::Noise::Probe& probe) {
    return Json{{"id", probe.id}, {"lines", probe.lines}};
  });
  out["hosts"] = list_json(report.hosts, host_json);
  out["findings"] = list_json(report.findings, finding_json);
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace spranga::check
