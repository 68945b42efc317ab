#include "knock/series.h"

#include <algorithm>

#include "smtp/refusal.h"

namespace spranga::knock {

namespace {

constexpr Milliseconds fast_pause{1'000};
constexpr int most_known = 4;  // a fifth wrong password locks many an account

class Series {
public:
  Series(const Site& site, const World& world, const Manner& manner, const OnGuess& on_guess)
      : site_(site), world_(world), manner_(manner), on_guess_(on_guess) {}

  Course run();

private:
  using End = Course::End;

  bool door_is_open();
  bool logins_are_judged();
  bool one_guess();
  bool take(Answer answer, const std::string& user, bool known);
  bool goes_on(Answer answer, const std::string& user, bool known);
  bool stopped_for_good(const Answer& answer);
  void finish_unblocked();
  bool finish(End end, std::string trouble);
  bool blocked(Kind kind, std::string words, SteadyTime first_shut);
  [[nodiscard]] std::string next_user(bool& known) const;
  [[nodiscard]] SteadyTime last_moment() const;

  [[nodiscard]] int made() const { return static_cast<int>(course_.guesses.size()); }

  const Site& site_;
  const World& world_;
  const Manner& manner_;
  const OnGuess& on_guess_;
  Course course_;
  int unsaid_{0};       // rounds that ended before the password, at an open door
  bool hiccup_{false};  // a connection was lost before the password; once is forgiven
};

bool Series::finish(End end, std::string trouble) {
  course_.end = end;
  course_.trouble = std::move(trouble);
  return false;
}

/// When the server was last seen to talk to us.
SteadyTime Series::last_moment() const {
  for (auto guess = course_.guesses.rbegin(); guess != course_.guesses.rend(); ++guess) {
    if (guess->answer.code != 0) {
      return guess->answer.end;
    }
  }
  return world_.origin;
}

/// Which guess was it? The last one, and with a short pause any that the guard may only have acted
/// upon after it had last talked to us. A last guess that got no answer may have come too late.
bool Series::blocked(Kind kind, std::string words, SteadyTime first_shut) {
  if (kind == Kind::turned_away && smtp::limits_connections(words)) {
    return finish(End::crowded, std::move(words));
  }
  Block block{kind, std::move(words), site_.port, last_moment(), first_shut, made(), made()};
  const auto begin = course_.guesses.begin();
  if (manner_.fast) {
    const auto recent = std::find_if(begin, course_.guesses.end(), [&](const Guess& guess) {
      return guess.answer.end + guard_lag > block.last_open;
    });
    block.at_least = std::min(made(), static_cast<int>(recent - begin) + 1);
  }
  if (made() > 1 && course_.guesses.back().answer.code == 0) {
    block.at_least = std::min(block.at_least, made() - 1);
  }
  course_.block = std::move(block);
  return finish(End::blocked, "");
}

bool Series::door_is_open() {
  auto seen = look_twice(site_, world_, site_.port);
  if (seen.open) {
    return true;
  }
  return made() == 0 ? finish(End::shut, std::move(seen.words))
                     : blocked(seen.kind, std::move(seen.words), seen.at);
}

/// After the last guess: a server that refuses logins unjudged greets as ever.
bool Series::logins_are_judged() {
  const auto answer = ask(site_, world_);
  return answer.outcome != Outcome::stopped || stopped_for_good(answer);
}

std::string Series::next_user(bool& known) const {
  const auto known_made = std::ranges::count(course_.guesses, true, &Guess::known);
  known = !manner_.known_user.empty() && made() % 2 == 1 && known_made < most_known;
  return known ? manner_.known_user : invented_user(site_, made() + 1);
}

/// Logins that are no longer judged: asked once more, without a password.
bool Series::stopped_for_good(const Answer& answer) {
  if (made() == 0) {
    return finish(End::unusable, answer.reply);
  }
  world_.pause.until(world_.clock.now() + fast_pause);
  const auto again = ask(site_, world_);
  if (again.outcome == Outcome::judged) {
    return true;
  }
  const auto kind = again.outcome == Outcome::unusable ? answer.kind : again.kind;
  return blocked(kind, answer.reply, answer.at);
}

/// Where logins are judged as before, "535 too many failures" was a verdict, and one of eleven.
bool Series::goes_on(Answer answer, const std::string& user, bool known) {
  if (!stopped_for_good(answer)) {
    return false;
  }
  if (answer.secret_sent) {
    course_.guesses.push_back({std::move(answer), user, known});
    return true;
  }
  return ++unsaid_ < most_guesses || finish(End::unusable, answer.reply);
}

/// True where the series goes on.
bool Series::take(Answer answer, const std::string& user, bool known) {
  switch (answer.outcome) {
    case Outcome::accepted:
      course_.guesses.push_back({std::move(answer), user, known});
      return finish(End::accepted, course_.guesses.back().answer.reply);
    case Outcome::judged:
      course_.guesses.push_back({std::move(answer), user, known});
      return true;
    case Outcome::stopped:
      return goes_on(std::move(answer), user, known);
    case Outcome::unusable:
      course_.certificate_trouble = answer.certificate_trouble;
      return made() == 0 ? finish(End::unusable, answer.reply)
                         : goes_on(std::move(answer), user, known);
    case Outcome::shut:
      break;
  }
  if (answer.secret_sent) {  // a guess without an answer; the next look shows what it meant
    course_.guesses.push_back({std::move(answer), user, known});
    return true;
  }
  if (hiccup_) {
    return made() == 0 ? finish(End::unusable, answer.reply)
                       : blocked(answer.kind, answer.reply, answer.at);
  }
  hiccup_ = true;  // the next look tells
  return true;
}

bool Series::one_guess() {
  bool known = false;
  const auto user = next_user(known);
  auto answer = guess(site_, world_, user, random_password());
  if (answer.outcome == Outcome::judged) {
    hiccup_ = false;
  }
  return take(std::move(answer), user, known);
}

/// "454 Temporary authentication failure", and not the end of the connection.
bool is_put_off(const Guess& guess) {
  constexpr int closing = 421;
  return guess.answer.code >= 400 && guess.answer.code < 500 && guess.answer.code != closing;
}

/// Where every password was put off, none was judged: then a guard had nothing to count.
void Series::finish_unblocked() {
  const bool none_judged = std::ranges::all_of(course_.guesses, is_put_off);
  const auto& last = course_.guesses.back().answer.reply;
  finish(none_judged ? End::put_off : End::never, none_judged ? last : "");
}

Course Series::run() {
  const auto pace = manner_.fast ? fast_pause : guard_lag;
  while (made() < most_guesses) {
    if (on_guess_) {
      on_guess_(made());
    }
    if (!door_is_open() || !one_guess()) {
      return std::move(course_);
    }
    world_.pause.until(world_.clock.now() + (made() < most_guesses ? pace : guard_lag));
  }
  if (door_is_open() && logins_are_judged()) {
    finish_unblocked();
  }
  return std::move(course_);
}

}  // namespace

std::string invented_user(const Site& site, int number) {
  const auto name = site.stem + std::to_string(number);
  return site.domain.empty() ? name : name + "@" + site.domain;
}

Course run_series(const Site& site,
                  const World& world,
                  const Manner& manner,
                  const OnGuess& on_guess) {
  return Series(site, world, manner, on_guess).run();
}

}  // namespace spranga::knock
