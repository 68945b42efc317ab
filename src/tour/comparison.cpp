#include "tour/comparison.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "finding/catalogue.h"
#include "render/labels.h"

namespace spranga::tour {

namespace {

constexpr std::array<std::string_view, 5> badness = {"pass", "info", "not_tested", "warn", "fail"};

std::size_t rank(std::string_view status) {
  return static_cast<std::size_t>(std::ranges::find(badness, status) - badness.begin());
}

std::string status_of(const Summary& summary, const std::string& id) {
  const auto found = std::ranges::find(summary.checks, id, &Summary::Line::id);
  return found == summary.checks.end() ? "" : found->status;
}

Summary read(const nlohmann::json& report) {
  Summary out;
  out.verdict = report.at("verdict").get<std::string>();
  for (const auto* rule : {"1", "2", "3"}) {
    out.rules.push_back(report.at("rules").at(rule).at("state").get<std::string>());
  }
  for (const auto& check : finding::catalogue()) {
    std::string worst;
    for (const auto& finding : report.at("findings")) {
      const auto status = finding.at("status").get<std::string>();
      if (finding.at("id").get<std::string>() == check.id &&
          (worst.empty() || rank(status) > rank(worst))) {
        worst = status;
      }
    }
    if (!worst.empty()) {
      out.checks.push_back({std::string(check.id), worst});
    }
  }
  return out;
}

}  // namespace

Result<Summary> summarise(std::string_view json) {
  try {
    return read(nlohmann::json::parse(json));
  } catch (const nlohmann::json::exception& error) {
    return fail(Errc::malformed, error.what());
  }
}

Result<Measured> measured(std::string_view json) {
  try {
    const auto ban = nlohmann::json::parse(json).at("ban");
    const auto attempts = ban.at("attempts").get<int>();
    const auto at_most = ban.find("attempts_at_most");
    return Measured{attempts,
                    at_most == ban.end() || at_most->is_null() ? attempts : at_most->get<int>(),
                    ban.at("lasted").at("at_least_s").get<std::int64_t>(),
                    ban.at("lasted").at("at_most_s").get<std::int64_t>()};
  } catch (const nlohmann::json::exception& error) {
    return fail(Errc::malformed, error.what());
  }
}

std::vector<Change> improvements(const Summary& before, const Summary& after) {
  std::vector<Change> out;
  for (const auto& [id, status] : before.checks) {
    const auto now = status_of(after, id);
    if (rank(status) >= rank("warn") && !now.empty() && rank(now) < rank(status)) {
      out.push_back({id, status, now});
    }
  }
  return out;
}

std::string said_state(const std::string& key) {
  using finding::RuleState;
  using finding::Status;
  using render::label_of;
  const std::array labels = {label_of(Status::pass),
                             label_of(Status::fail),
                             label_of(Status::warn),
                             label_of(Status::info),
                             label_of(Status::not_tested),
                             label_of(RuleState::ok),
                             label_of(RuleState::no),
                             label_of(RuleState::unknown)};
  const auto* found = std::ranges::find(labels, std::string_view(key), &render::Label::key);
  return found == labels.end() ? key : words::say(found->word);
}

std::vector<std::string> failing(const Summary& summary) {
  std::vector<std::string> out;
  for (const auto& [id, status] : summary.checks) {
    if (status == "fail") {
      out.push_back(id);
    }
  }
  return out;
}

}  // namespace spranga::tour
