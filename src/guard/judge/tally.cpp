#include "guard/judge/tally.h"

#include <algorithm>
#include <cmath>

namespace spranga::guard {

namespace {

double seconds_of(std::chrono::microseconds span) {
  return static_cast<double>(span.count()) / 1e6;
}

constexpr int most_attempts = 1'000'000;  // a server's number, so anybody's

}  // namespace

int effective_count(int strong, int weak) {
  const int piled_up = strong == 0 ? 0 : std::clamp(weak - 3 * strong + 1, 0, strong);
  return strong + std::min(weak, strong) + piled_up;
}

void RateEstimate::Rate::add(ban::Instant at, std::chrono::seconds findtime) {
  if (retry == 0) {
    *this = {at, at, 1};
    return;
  }
  if (at > last) {
    if (first < at - findtime) {
      const double rate = retry / seconds_of(at - first);
      const double scaled = rate * static_cast<double>(findtime.count());
      retry = static_cast<int>(std::nearbyint(scaled));  // half to even, as Python rounds
      first = at - findtime;
    }
    last = at;
  }
  ++retry;
}

void RateEstimate::add(const Strike& failure, std::chrono::seconds findtime) {
  (failure.weak ? weak_ : strong_).add(failure.at, findtime);
}

bool RateEstimate::expire(ban::Instant now, std::chrono::seconds findtime) {
  for (auto* rate : {&strong_, &weak_}) {
    if (rate->retry > 0 && rate->last <= now - findtime) {
      *rate = {};
    }
  }
  return strong_.retry == 0 && weak_.retry == 0;
}

ban::Instant RateEstimate::last() const {
  if (strong_.retry == 0 || weak_.retry == 0) {
    return strong_.retry == 0 ? weak_.last : strong_.last;
  }
  return std::max(strong_.last, weak_.last);
}

void SlidingWindow::add(const Strike& failure, std::chrono::seconds findtime) {
  auto one = failure;
  one.attempts = std::clamp(one.attempts, 1, most_attempts);
  failures_.insert(std::ranges::upper_bound(failures_, one.at, {}, &Strike::at), one);
  const auto start = failures_.back().at - findtime;
  std::erase_if(failures_, [&](const Strike& old) { return old.at < start; });
  bound();
}

/// The raise leaves the window together with the latest failure.
void SlidingWindow::raise(int by) {
  const auto latest =
      std::find_if(failures_.rbegin(), failures_.rend(), [](const auto& one) { return !one.weak; });
  if (latest != failures_.rend()) {
    latest->attempts += by;
  }
}

/// The oldest go first; `enough` strong ones ban, and of the weak ones four times as many matter.
void SlidingWindow::bound() {
  for (const bool weak : {false, true}) {
    const auto of_kind = [&](const Strike& failure) { return failure.weak == weak; };
    const auto limit = std::max(1, weak ? 4 * enough_ : enough_);
    if (std::ranges::count_if(failures_, of_kind) > limit) {
      failures_.erase(std::ranges::find_if(failures_, of_kind));
    }
  }
}

bool SlidingWindow::expire(ban::Instant now, std::chrono::seconds findtime) {
  std::erase_if(failures_, [&](const Strike& old) { return old.at < now - findtime; });
  return failures_.empty();
}

int SlidingWindow::count() const {
  int strong = 0;
  int weak = 0;
  for (const auto& failure : failures_) {
    auto& sum = failure.weak ? weak : strong;
    sum = std::min(sum + failure.attempts, most_attempts);
  }
  return effective_count(strong, weak);
}

ban::Instant SlidingWindow::last() const {
  return failures_.empty() ? ban::Instant() : failures_.back().at;
}

}  // namespace spranga::guard
