// What a target has on its account in one jail, in the two ways of counting. Values; they know no
// clock: a failure carries its time.
//
// Weak evidence never bans alone: with s strong and w weak failures the account stands at
// s + min(w, s), which is 0 without a strong one: of five failures three are strong. Only where
// weak ones pile up, three for each strong one, what is beyond counts as well, up to s more.
#pragma once

#include <chrono>
#include <vector>

#include "ban/instant.h"

namespace spranga::guard {

struct Strike {
  ban::Instant at;
  int attempts{1};
  bool weak{false};
};

/// The rule for weak evidence.
[[nodiscard]] int effective_count(int strong, int weak);

/// fail2ban's: when the first failure is older than findtime, what was counted is scaled down to
/// the rate that it was. Not a window: four failures long ago and a fifth now may still ban.
class RateEstimate {
public:
  struct Rate {
    ban::Instant first{};
    ban::Instant last{};
    int retry{0};

    void add(ban::Instant at, std::chrono::seconds findtime);
  };

  RateEstimate() = default;

  /// As it stood, without weak evidence.
  explicit RateEstimate(const Rate& strong) : strong_(strong) {}

  void add(const Strike& failure, std::chrono::seconds findtime);

  /// Counts more without another failure: a target known from earlier bans.
  void raise(int by) { strong_.retry += by; }

  /// Drops what ended at or before now − findtime; true where nothing is left.
  bool expire(ban::Instant now, std::chrono::seconds findtime);

  [[nodiscard]] int count() const { return effective_count(strong_.retry, weak_.retry); }

  /// The latest failure.
  [[nodiscard]] ban::Instant last() const;

  [[nodiscard]] const Rate& strong() const { return strong_; }

  [[nodiscard]] const Rate& weak() const { return weak_; }

private:
  Rate strong_;
  Rate weak_;
};

/// True: failures of the last findtime, the one exactly findtime ago included.
class SlidingWindow {
public:
  /// `enough`: more than that need not be remembered (maxretry).
  explicit SlidingWindow(int enough) : enough_(enough) {}

  void add(const Strike& failure, std::chrono::seconds findtime);
  void raise(int by);
  bool expire(ban::Instant now, std::chrono::seconds findtime);

  [[nodiscard]] int count() const;
  [[nodiscard]] ban::Instant last() const;

  /// As it stood: one that is younger than all before.
  void put(const Strike& strike) { failures_.push_back(strike); }

  [[nodiscard]] const std::vector<Strike>& strikes() const { return failures_; }

private:
  void bound();

  std::vector<Strike> failures_;  // by time; at most 4 · enough + 1
  int enough_;
};

}  // namespace spranga::guard
