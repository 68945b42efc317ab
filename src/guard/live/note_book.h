// NoteBook: what is to be written down, until it goes to the ledger.
//
// Each failure is a note of its own, and goes at the end of the turn. In a flood, which is more
// than most_single of them in a second, the ledger would cost more than everything else: then those
// of one id, jail, rule and second of the log become one note that says how many they are, notes
// wait up to most_held where they are fewer than most_waiting, and somebody who is banned may be
// added to a row of the last ten seconds. Counts stay exact; of the lines the first is kept.
// Nothing may be lost by waiting: with the notes waits how far the log was read, so that after a
// crash it is read again from there.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "ban/instant.h"
#include "ban/sighting.h"
#include "guard/judge/target_key.h"
#include "ledger/record.h"

namespace spranga::guard {

class NoteBook {
public:
  /// `secret`: of the ids' keys, so that nobody can make many that share one.
  explicit NoteBook(const Secret& secret = {}) : secret_(secret) {}

  /// A failure that was counted, at the time `at` of its line. `banned`: his ban stands already.
  void failure(const std::string& jail,
               const ban::Sighting& sighting,
               ban::Instant at,
               bool banned,
               ban::Instant now);

  /// Anything else. A position takes the place of an earlier one of the same file.
  void add(ledger::Record record);

  /// What is in it came by a person's word: it is not in any log, and must not wait.
  void hurry() { urgent_ = true; }

  [[nodiscard]] const ledger::Records& records() const { return records_; }

  [[nodiscard]] bool empty() const { return records_.empty(); }

  /// Of whom there are sightings or bans in it.
  [[nodiscard]] const std::set<std::string, std::less<>>& jails() const { return jails_; }

  /// Until when they may wait; none: they go now.
  [[nodiscard]] std::optional<ban::Instant> waits_until(ban::Instant now) const;

  [[nodiscard]] ledger::Records take();

  /// Failures that went into another one's note, since the start.
  [[nodiscard]] std::uint64_t together() const { return together_; }

  static constexpr std::size_t most_single = 1000;
  static constexpr std::chrono::seconds most_held{1};
  static constexpr std::size_t most_waiting = 20'000;

private:
  struct Key {
    TargetKey id;
    std::chrono::seconds second;
    bool weak;
    const ban::Expression* rule;  // never followed: where two jails see the same, each has its own

    [[nodiscard]] bool operator==(const Key&) const = default;
  };

  struct KeyHash {
    [[nodiscard]] std::size_t operator()(const Key& of) const {
      return of.id.first ^ static_cast<std::size_t>(of.second.count()) ^
             std::hash<const ban::Expression*>()(of.rule);
    }
  };

  using File = std::tuple<std::string, std::string, std::uint64_t, std::uint64_t>;

  [[nodiscard]] bool is_flood(ban::Instant now);
  [[nodiscard]] bool put_together(const std::string& jail,
                                  const ban::Sighting& sighting,
                                  ban::Instant at);
  void note_jail(const std::string& jail);

  Secret secret_;
  ledger::Records records_;
  std::set<std::string, std::less<>> jails_;
  std::map<File, std::size_t> positions_;                   // their places in records_
  std::unordered_map<Key, std::size_t, KeyHash> failures_;  // those of a flood
  std::chrono::seconds second_{};                           // the one at hand
  std::size_t in_second_{0};
  std::optional<ban::Instant> flood_;  // when the first note came that may wait
  bool urgent_{false};
  std::uint64_t together_{0};
};

/// FILE:LINE; "" where a ban or a failure has no expression behind it.
[[nodiscard]] std::string rule_of(const ban::Sighting& sighting);

}  // namespace spranga::guard
