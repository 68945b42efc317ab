#include "check/ban_resume.h"

#include <algorithm>

#include "check/audit.h"
#include "check/ban_findings.h"
#include "check/ban_watch.h"
#include "check/time_text.h"
#include "check/verdict.h"

namespace spranga::check {

namespace {

using words::Word;

std::chrono::system_clock::time_point moment(std::int64_t milliseconds) {
  return std::chrono::system_clock::time_point(Milliseconds(milliseconds));
}

bool has_rule(const BanState& state, finding::Rule rule) {
  return std::ranges::any_of(state.report.findings, [&](const finding::Finding& found) {
    const auto* check = finding::find_check(found.id);
    return check != nullptr && check->rule == rule;
  });
}

/// "2026-11-25 13:04": when the next look is due.
void tell_next(finding::Report& report, const BanState& state) {
  const auto last = state.looks.empty() ? Milliseconds(0) : state.looks.back().after;
  if (const auto next = knock::next_look(last)) {
    report.remarks.push_back(
        {Word::ban_next_look, {clock_text(moment(state.first_shut_ms) + *next)}});
  }
}

}  // namespace

CheckSettings settings_of(const BanState& state, const CheckSettings& now) {
  auto out = now;
  out.rules = state.rules;
  out.typed_options = state.typed_options;
  out.from_here = state.door.from_here;
  out.second_source = state.door.from_here ? "" : state.door.second_source;
  out.ca_file = state.door.ca_file;
  out.source = out.from_here ? "" : state.report.source;
  return out;
}

Result<void> same_vantage(const BanState& state, const World& world, const std::string& file) {
  const auto began = moment(state.first_shut_ms);
  if (began > world.clock.wall()) {
    return fail(Errc::malformed, words::say(Word::state_clock, {file, clock_text(began)}));
  }
  constexpr std::chrono::minutes clock_slack{1};
  const auto last = state.looks.empty() ? began : began + state.looks.back().after;
  if (last > world.clock.wall() + clock_slack) {
    return fail(Errc::malformed, words::say(Word::state_ahead, {file, clock_text(last)}));
  }
  const auto server = net::Address::parse(state.door.address);
  const auto blocked = net::Address::parse(state.report.source);
  if (world.vantage != nullptr) {
    return {};
  }
  if (!server || !blocked) {
    return fail(Errc::malformed, words::say(Word::state_no_source, {file}));
  }
  const auto own = net::own_addresses();
  if (std::ranges::find(own, *blocked) != own.end()) {
    return {};
  }
  const auto now = net::route_source(*server);
  return fail(Errc::conflict,
              words::say(Word::state_other_source,
                         {file, state.report.source, now ? now->to_string() : std::string("?")}));
}

finding::Report resume_ban_test(BanState state,
                                const CheckSettings& settings,
                                const World& world,
                                const Progress& progress) {
  const auto origin = world.clock.now();
  CountingDialer near(world.dialer);
  std::optional<CountingDialer> far;
  Ways ways{{world.clock, *world.pause, near, origin, {}}, std::nullopt};
  finding::Report report = state.report;
  ways.near.keep = [&](std::string_view purpose,
                       const net::Endpoint& to,
                       bool tls,
                       const smtp::Transcript& transcript) {
    report.dialogues.push_back({std::string(purpose),
                                {to.address.to_string(), static_cast<int>(to.port), tls},
                                lines_of(transcript)});
  };
  if (world.second != nullptr && !state.door.second_source.empty()) {
    far.emplace(*world.second);
    ways.second.emplace(knock::World{world.clock, *world.pause, *far, origin, {}});
  }
  const auto now =
      std::chrono::floor<Milliseconds>(world.clock.wall() - moment(state.first_shut_ms));
  const auto end = settings.wait ? settings.wait_for : std::optional<Milliseconds>(now);
  const auto seen = watch(state, ways, world, end, progress);
  report_block(report, state, settings);
  if (seen.unclear) {
    report.remarks.push_back({Word::ban_look_unclear, {}});
  } else if (!seen.looked && !ban_of(state).at_most_s) {
    tell_next(report, state);
  }
  if (has_rule(state, finding::Rule::passwords_over_tls) ||
      has_rule(state, finding::Rule::authorised_senders)) {
    report.remarks.push_back({Word::ban_rules_before, {clock_text(moment(state.began_ms))}});
  }
  report.connections = near.count() + (far ? far->count() : 0);
  judge(report, settings);
  report.elapsed = std::chrono::duration_cast<Milliseconds>(world.clock.now() - origin);
  return report;
}

}  // namespace spranga::check
