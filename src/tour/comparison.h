// Two reports of one server, before and after: what got better, and what did not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace spranga::tour {

/// The worst that a check id said over all ports, and each rule's state, in the words of the JSON.
struct Summary {
  struct Line {
    std::string id;
    std::string status;  // pass, info, not_tested, warn, fail
  };

  std::string verdict;
  std::vector<std::string> rules;  // "ok", "no", "unknown" of rules 1, 2, 3
  std::vector<Line> checks;        // in the order of the catalogue
};

/// What a ban test measured; from a "spranga.check/1" document. Errc::malformed where it is none,
/// or no block was seen, or its end was not.
struct Measured {
  int attempts{0};
  int attempts_at_most{0};  // more than `attempts` where the last answer was cut off
  std::int64_t at_least_s{0};
  std::int64_t at_most_s{0};
};

[[nodiscard]] Result<Measured> measured(std::string_view json);

/// From a "spranga.check/1" document. Errc::malformed where it is none.
[[nodiscard]] Result<Summary> summarise(std::string_view json);

struct Change {
  std::string id;
  std::string before;
  std::string after;
};

/// Checks that failed or warned before and pass (or no longer do so) after.
[[nodiscard]] std::vector<Change> improvements(const Summary& before, const Summary& after);

/// The word of a status or of a rule's state, as the report has it: "not_tested" → "NOT-TESTED".
[[nodiscard]] std::string said_state(const std::string& key);

/// Ids that fail.
[[nodiscard]] std::vector<std::string> failing(const Summary& summary);

}  // namespace spranga::tour
