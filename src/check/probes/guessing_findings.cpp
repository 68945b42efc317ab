#include "check/probes/guessing_findings.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "check/time_text.h"
#include "knock/rank_sum.h"
#include "knock/slow_down.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Finding;
using finding::Status;
using words::Phrase;
using words::Word;
using End = knock::Course::End;

constexpr int fewest_attempts = 3;
constexpr int most_attempts = 10;

/// "0.1 s", "17 s": delays of replies.
std::string delay_text(Milliseconds delay) {
  constexpr Milliseconds coarse{10'000};
  return delay >= coarse ? span_text(delay)
                         : fmt::format("{:.1f} s", static_cast<double>(delay.count()) / 1000);
}

/// What N says, between `low` and `high`.
void judge_attempts(Finding& out, const BanState& state, const std::string& words) {
  const auto port = std::to_string(state.door.port);
  const auto kind = std::string(knock::kind_name(state.kind));
  const auto low = std::to_string(state.attempts);
  const auto high = std::to_string(state.at_most);
  const bool exact = state.at_most == state.attempts;
  out.status = Status::pass;
  out.summary = exact ? Phrase{Word::g1_blocked, {low, port, kind, words}}
                      : Phrase{Word::g1_blocked_range, {low, high, port, kind, words}};
  if (state.attempts > most_attempts) {
    out.status = Status::fail;
    out.summary = {Word::g1_too_late, {low, port, kind, words}};
    out.remedy = finding::RemedyId::block_guessing;
  } else if (state.at_most > most_attempts) {
    out.status = Status::not_tested;
    out.summary = {Word::g1_range_unclear, {low, high}};
  } else if (state.at_most < fewest_attempts) {
    out.status = Status::warn;
    out.summary = {Word::g1_too_soon, {high, port, kind, words}};
    out.remedy = finding::RemedyId::allow_mistakes;
  }
}

/// Two replies say the same where only names and numbers differ that we invented.
std::string shape_of(const knock::Guess& guess) {
  auto out = guess.answer.reply;
  const auto name = guess.user.substr(0, guess.user.find('@'));
  for (const auto& part : {guess.user, name}) {
    for (auto at = out.find(part); !part.empty() && at != std::string::npos; at = out.find(part)) {
      out.replace(at, part.size(), "\x01");
    }
  }
  return out;
}

struct Samples {
  std::vector<double> known;
  std::vector<double> invented;
  std::string known_words;
  std::string invented_words;
  bool differ{false};
};

/// Answers with a 4xx were not about the name.
Samples samples_of(const knock::Course& course) {
  Samples out;
  std::vector<std::string> known_shapes;
  std::vector<std::string> other_shapes;
  for (const auto& guess : course.guesses) {
    if (guess.answer.code < 500) {
      continue;
    }
    auto& words = guess.known ? out.known_words : out.invented_words;
    words = words.empty() ? guess.answer.reply : words;
    (guess.known ? out.known : out.invented)
        .push_back(static_cast<double>(guess.answer.delay.count()));
    (guess.known ? known_shapes : other_shapes).push_back(shape_of(guess));
  }
  const auto nowhere = [](const std::vector<std::string>& in) {
    return [&in](const std::string& shape) { return std::ranges::count(in, shape) == 0; };
  };
  out.differ = !known_shapes.empty() && !other_shapes.empty() &&
               std::ranges::all_of(known_shapes, nowhere(other_shapes));
  return out;
}

/// The times of both kinds of answers.
void judge_times(Finding& out, const Samples& samples) {
  constexpr double noticeable = 5;  // ms
  constexpr double significant = 0.05;
  const auto test = knock::rank_sum(samples.invented, samples.known);
  const bool differs = test.p <= significant && std::abs(test.median_gap) >= noticeable;
  const auto sizes = fmt::format("{} + {}", samples.known.size(), samples.invented.size());
  out.status = differs ? Status::warn : Status::info;
  out.confidence = Confidence::likely;
  out.summary = {differs ? Word::g6_time_differs : Word::g6_same,
                 {fmt::format("{:.0f}", test.median_gap),
                  sizes,
                  fmt::format("{:g}", test.u),
                  fmt::format("{:.3f}", test.p)}};
  out.also.push_back({Word::g6_power,
                      {std::to_string(samples.known.size()),
                       std::to_string(samples.invented.size()),
                       fmt::format("{:.3f}", test.lowest_p)}});
}

}  // namespace

std::string port_list(const std::vector<int>& ports) {
  return fmt::format("{}", fmt::join(ports, ", "));
}

std::string second_name(const BanDoor& door) {
  return door.from_here ? words::say(Word::g1_this_machine) : door.second_source;
}

int lines_before(const finding::Report& report) {
  int out = 0;
  for (const auto& probe : report.noise.probes) {
    out += probe.id == "G1" ? 0 : probe.lines;
  }
  return out;
}

Finding door_finding(std::string_view id,
                     Status status,
                     Phrase summary,
                     const std::optional<BanDoor>& door) {
  Finding out;
  out.id = id;
  out.status = status;
  out.summary = std::move(summary);
  if (door) {
    out.where = {door->address, door->port, false};
  }
  return out;
}

Finding block_finding(const BanState& state,
                      const knock::Block& block,
                      knock::Proof proof,
                      int before) {
  auto out = door_finding("G1", Status::pass, {}, state.door);
  judge_attempts(out, state, block.words);
  switch (proof) {
    case knock::Proof::second_source:
      out.also.push_back({Word::g1_by_second, {second_name(state.door)}});
      break;
    case knock::Proof::control_port:
      if (knock::by_the_firewall(block.kind)) {
        out.also.push_back({Word::g1_by_control, {std::to_string(state.door.control_port)}});
      }
      break;
    default:
      out.confidence = Confidence::likely;
      out.also.push_back({Word::g1_only_likely, {}});
      break;
  }
  if (before > 0) {
    out.also.push_back({Word::g1_lines_before, {std::to_string(before)}});
  }
  return out;
}

Finding outage_finding(const knock::Block& block,
                       knock::Proof proof,
                       const BanDoor& door,
                       const knock::Circumstances& seen) {
  const auto made = std::to_string(block.at_most);
  auto summary = proof == knock::Proof::outage
                     ? Phrase{Word::g1_outage, {std::to_string(door.port), made, second_name(door)}}
                     : Phrase{Word::g1_dark, {made, std::to_string(seen.control_port)}};
  return door_finding("G1", Status::not_tested, std::move(summary), door);
}

Finding unblocked_finding(const knock::Course& course, const BanDoor& door) {
  const auto port = std::to_string(door.port);
  auto out = door_finding("G1", Status::not_tested, {}, door);
  switch (course.end) {
    case End::never:
      out.status = Status::fail;
      out.summary = {Word::g1_never, {std::to_string(course.guesses.size())}};
      out.also.push_back({Word::g1_ignored, {}});
      out.remedy = finding::RemedyId::block_guessing;
      break;
    case End::put_off:
      out.summary = {Word::g1_put_off, {std::to_string(course.guesses.size()), course.trouble}};
      break;
    case End::crowded:
      out.summary = {Word::g1_crowded,
                     {std::to_string(course.guesses.size()), port, course.trouble}};
      break;
    case End::accepted:
      out.status = Status::fail;
      out.summary = {Word::g1_accepted, {port, course.trouble}};
      break;
    case End::shut:
      out.summary = {Word::g1_door_shut, {port, course.trouble}};
      break;
    case End::blocked:
    case End::unusable:
      out.summary = course.certificate_trouble.empty()
                        ? Phrase{Word::g1_unusable, {port, course.trouble}}
                        : Phrase{Word::g1_certificate, {port, course.certificate_trouble}};
      break;
  }
  return out;
}

Finding slow_down_finding(const knock::Course& course, const BanDoor& door) {
  const auto curve = knock::slow_down_of(course.guesses);
  auto out = door_finding("G4",
                          Status::info,
                          {curve.grows ? Word::g4_slows : Word::g4_steady,
                           {delay_text(curve.first), delay_text(curve.late)}},
                          door);
  if (curve.temporary > 0) {
    const auto put_off = std::ranges::find_if(course.guesses, [](const knock::Guess& guess) {
      return guess.answer.code >= 400 && guess.answer.code < 500;
    });
    out.also.push_back({Word::g4_temporary,
                        {std::to_string(curve.temporary),
                         std::to_string(course.guesses.size()),
                         put_off->answer.reply}});
  }
  if (course.block && course.block->kind == knock::Kind::limited) {
    out.also.push_back({Word::g4_rate_limit, {course.block->words}});
  }
  return out;
}

Finding names_finding(const knock::Course& course,
                      const BanDoor& door,
                      const std::string& known_user) {
  auto out = door_finding("G6", Status::not_tested, {Word::g6_needs_user, {}}, door);
  if (known_user.empty()) {
    return out;
  }
  const auto samples = samples_of(course);
  if (samples.differ) {
    out.status = Status::warn;
    out.summary = {Word::g6_text_differs, {samples.known_words, samples.invented_words}};
    return out;
  }
  if (samples.known.size() < 2 || samples.invented.size() < 2) {
    out.summary = {Word::g6_too_few,
                   {std::to_string(samples.known.size()), std::to_string(samples.invented.size())}};
    return out;
  }
  judge_times(out, samples);
  return out;
}

std::vector<finding::Guess> guesses_of(const knock::Course& course) {
  std::vector<finding::Guess> out;
  if (course.guesses.empty()) {
    return out;
  }
  const auto start = course.guesses.front().answer.at;
  for (const auto& guess : course.guesses) {
    out.push_back({std::chrono::duration_cast<Milliseconds>(guess.answer.at - start),
                   guess.answer.delay,
                   guess.answer.code == 0 ? "" : guess.answer.reply});
  }
  return out;
}

}  // namespace spranga::check
