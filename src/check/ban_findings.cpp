#include "check/ban_findings.h"

#include <algorithm>

#include "check/time_text.h"
#include "text/shell_word.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Finding;
using finding::RemedyId;
using finding::Status;
using words::Phrase;
using words::Word;

std::chrono::system_clock::time_point time_at(std::int64_t milliseconds) {
  return std::chrono::system_clock::time_point(Milliseconds(milliseconds));
}

knock::Bounds bounds(const BanState& state) {
  return knock::bounds_of(state.looks, Milliseconds(state.doubt_ms));
}

std::chrono::system_clock::time_point protected_at(const BanState& state) {
  return time_at(state.first_shut_ms) + seen_block;
}

Confidence confidence_of_block(const BanState& state) {
  const auto found = std::ranges::find(state.report.findings, "G1", &Finding::id);
  return found == state.report.findings.end() ? Confidence::likely : found->confidence;
}

/// A block of which no end was seen.
void judge_standing(Finding& out, const BanState& state, Milliseconds at_least) {
  const auto low = span_text(at_least);
  if (at_least > longest_block) {
    out.status = Status::info;
    out.summary = {Word::g2_long, {low}};
  } else if (at_least >= seen_block) {
    out.status = Status::pass;
    out.summary = {at_least < shortest_block ? Word::g2_just_three_hours : Word::g2_at_least,
                   {low}};
  } else {
    out.status = Status::not_tested;
    out.summary = {Word::g2_pending, {low, clock_text(protected_at(state))}};
  }
}

}  // namespace

Finding duration_finding(const BanState& state) {
  const auto [at_least, at_most] = bounds(state);
  Finding out;
  out.id = "G2";
  out.where = {state.door.address, state.door.port, false};
  out.confidence = confidence_of_block(state);
  const auto low = span_text(at_least);
  if (at_least >= seen_block && out.confidence != Confidence::proven) {
    // A mail server that was stopped when the block ended looks just so.
    out.status = Status::not_tested;
    out.summary = {Word::g2_only_likely, {low}};
    return out;
  }
  if (!at_most) {
    judge_standing(out, state, at_least);
    return out;
  }
  const auto high = span_text(*at_most);
  if (*at_most < shortest_block) {
    out.status = Status::fail;
    out.summary = {Word::g2_too_short, {low, high}};
    out.remedy = RemedyId::ban_longer;
  } else if (at_least >= seen_block) {
    out.status = at_least > longest_block ? Status::info : Status::pass;
    out.summary = {Word::g2_lasted, {low, high}};
  } else {
    out.status = Status::not_tested;
    out.summary = {Word::g2_straddles, {low, high}};
  }
  return out;
}

finding::Ban ban_of(const BanState& state) {
  finding::Ban out;
  out.attempts = state.attempts;
  out.at_most = state.at_most > state.attempts ? std::optional(state.at_most) : std::nullopt;
  out.kind = std::string(knock::kind_name(state.kind));
  out.ports = state.ports_shut;
  const auto [at_least, at_most] = bounds(state);
  out.at_least_s = std::chrono::floor<std::chrono::seconds>(at_least).count();
  if (at_most) {
    out.at_most_s = std::chrono::ceil<std::chrono::seconds>(*at_most).count();
  }
  out.guesses = state.guesses;
  for (const auto& look : state.looks) {
    const auto after = look.open ? std::chrono::ceil<std::chrono::seconds>(look.after)
                                 : std::chrono::floor<std::chrono::seconds>(look.after);
    out.looks.push_back({after, state.door.port, look.open});
  }
  return out;
}

bool is_settled(const BanState& state) {
  const auto [at_least, at_most] = bounds(state);
  return at_most.has_value() || at_least >= seen_block;
}

void report_block(finding::Report& report, const BanState& state, const CheckSettings& settings) {
  report.findings.push_back(duration_finding(state));
  report.ban = ban_of(state);
  const auto [at_least, at_most] = bounds(state);
  if (at_most || settings.state_file.empty()) {
    return;
  }
  const auto command = resume_command(state, settings.state_file);
  report.remarks.push_back(
      at_least < seen_block
          ? Phrase{Word::ban_protected_at, {clock_text(protected_at(state)), command}}
          : Phrase{Word::ban_look_on, {command}});
}

std::string resume_command(const BanState& state, const std::string& state_file) {
  return (state.door.from_here ? "sudo spranga check --resume " : "spranga check --resume ") +
         text::shell_word(state_file);
}

}  // namespace spranga::check
