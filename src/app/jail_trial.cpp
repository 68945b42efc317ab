#include "app/jail_trial.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "guard/config/configuration.h"
#include "guard/judge/formula.h"
#include "replay/jail_fault.h"

namespace spranga::app {

using guard::config::Problem;

namespace {

/// fail2ban makes such a jail, and finds out at each repeated ban.
void doubt_formula(const ban::JailSpec& jail, std::vector<Problem>& out) {
  if (!jail.increment.formula) {
    return;
  }
  const auto formula = guard::Formula::parse(*jail.increment.formula);
  if (!formula || formula->unknown_names().empty()) {
    return;  // one that cannot be read is a fault, and told as such
  }
  const auto written = jail.origins.find("bantime.formula");
  const auto& place = written == jail.origins.end() ? jail.origin : written->second;
  out.push_back({Problem::Severity::warning,
                 jail.name,
                 place.file,
                 place.line,
                 "bantime.formula: nobody knows " + formula->unknown_names().front() +
                     "; where it is asked for, a repeated ban is no longer than bantime"});
}

}  // namespace

std::vector<Problem> try_jails(const std::filesystem::path& folder, const JailTrial& trial) {
  guard::config::LoadOptions wanted;
  wanted.compat = trial.compat;
  wanted.jails = trial.jails;
  auto loaded = guard::config::load(folder, wanted);
  if (!loaded) {
    return {};  // fail2ban's own reading says why
  }
  auto out = std::move(loaded->problems);
  if (!trial.build) {
    return out;
  }
  const auto today =
      std::chrono::time_point_cast<ban::Instant::duration>(std::chrono::system_clock::now());
  for (const auto& jail : loaded->jails) {
    doubt_formula(jail, out);
    for (auto& fault : replay::faults_of(jail, today)) {
      out.push_back({Problem::Severity::error,
                     jail.name,
                     std::move(fault.origin.file),
                     fault.origin.line,
                     std::move(fault.what)});
    }
  }
  return out;
}

void add_new(std::vector<Problem>& problems, std::vector<Problem> more) {
  for (auto& problem : more) {
    const bool known = std::ranges::any_of(problems, [&](const Problem& other) {
      return other.line == problem.line && other.file == problem.file &&
             other.message == problem.message;
    });
    if (!known) {
      problems.push_back(std::move(problem));
    }
  }
}

}  // namespace spranga::app
