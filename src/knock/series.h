// The series: guess after guess, with a look at the door before each, until it shuts or eleven were
// made.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "knock/guess.h"

namespace spranga::knock {

/// No series ever makes more guesses, and nothing can raise it.
constexpr int most_guesses = 11;

/// A guard that acts within this time after a guess is measured exactly.
constexpr Milliseconds guard_lag{5'000};

struct Manner {
  bool fast{false};        // 1 s between guesses instead of 5: the number becomes a range
  std::string known_user;  // guessed in turn with the invented ones; "" = none
};

struct Guess {
  Answer answer;
  std::string user;
  bool known{false};  // the user that was named by the owner
};

struct Block {
  Kind kind{Kind::refused};
  std::string words;  // raw
  int port{0};
  SteadyTime last_open;   // the last moment at which the server was seen to talk to us
  SteadyTime first_shut;  // the moment of the first look that found it shut
  int at_least{0};        // guesses until the block: between these two
  int at_most{0};
};

struct Course {
  enum class End {
    blocked,   // `block` is there
    never,     // eleven guesses, and the door is open
    put_off,   // the same, but none was judged; `trouble` is what the last one heard
    crowded,   // the server has too many connections of ours; `trouble` is how it says so
    accepted,  // a random password was let in
    unusable,  // logins cannot be guessed here; `trouble` says why
    shut,      // the door was shut before the first guess
  };

  End end{End::unusable};
  std::vector<Guess> guesses;
  std::optional<Block> block;
  std::string trouble;              // raw
  std::string certificate_trouble;  // raw; why no secret was sent
};

/// Told before each guess: how many were made.
using OnGuess = std::function<void(int made)>;

[[nodiscard]] Course run_series(const Site& site,
                                const World& world,
                                const Manner& manner,
                                const OnGuess& on_guess);

/// "spranga-4f2a…7@example.org"
[[nodiscard]] std::string invented_user(const Site& site, int number);

}  // namespace spranga::knock
