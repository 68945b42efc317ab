// Where nobody asks for more than whom a line blames, the answer is the same as where somebody
// does: over random lines of sessions, filter by filter.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "tests/guard/match/support.h"

namespace spranga::guard {
namespace {

using match_tests::FilterText;
using match_tests::Lines;
using match_tests::noon;

constexpr const char* two_users =
    "^failed(?: for <F-USER>\\w*</F-USER>)?"
    "(?: as <F-ALT_USER>\\w*</F-ALT_USER>)?(?: at <ADDR>)?$";

/// Session ids from prefregex, a user's name in two places, all that may end a session.
const FilterText by_prefix = {
    .prefregex =
        "^<F-MLFID>d\\[\\d+\\]</F-MLFID>: (?:<F-REPEATED>\\d+</F-REPEATED> x )?"
        "<F-CONTENT>.+</F-CONTENT>$",
    .failregex = {"^<F-NOFAIL>connect</F-NOFAIL> <HOST>$",
                  "^from <SUBNET>(?: <F-NOTE>\\S*</F-NOTE>)?$",
                  two_users,
                  "^<F-MLFGAINED>accepted</F-MLFGAINED> <F-USER>\\w+</F-USER>$",
                  "^<F-MLFFORGET><F-MLFGAINED>in</F-MLFGAINED></F-MLFFORGET>$",
                  "^<F-MLFFORGET>bye</F-MLFFORGET>(?: <F-ATTEMPTS>\\d+</F-ATTEMPTS>)?$",
                  "^<F-MLFFORGET><F-NOFAIL>left</F-NOFAIL></F-MLFFORGET>$"},
    .ignoreregex = {"never"},
    .weakregex = {"^odd <F-NOTE>.*</F-NOTE>$"}};

/// Without prefregex: some expressions name a session, some do not, one may.
const FilterText by_expressions = {
    .failregex = {"^<F-MLFID>d\\[\\d+\\]</F-MLFID>: connect <HOST>",
                  "^(?:<F-MLFID>d\\[\\d+\\]</F-MLFID>: )?failed at <ADDR>$",
                  "^<F-MLFID>d\\[\\d+\\]</F-MLFID>: failed for <F-USER>\\w+</F-USER>",
                  "from <HOST>"}};

/// More than the short way takes.
const FilterText with_tuples = {
    .failregex = {"^<F-MLFID>d\\[\\d+\\]</F-MLFID>: connect <F-ID>\\S+</F-ID>",
                  "^<F-MLFID>d\\[\\d+\\]</F-MLFID>: (?:from <HOST>|failed)"}};

class Chance {
public:
  explicit Chance(unsigned seed) : engine_(seed) {}

  std::size_t below(std::size_t end) { return engine_() % end; }

  template <class List>
  std::string_view one_of(const List& list) {
    return list[below(std::size(list))];
  }

private:
  std::mt19937 engine_;
};

constexpr std::array hosts = {"192.0.2.1",
                              "192.0.2.02",
                              "::ffff:198.51.100.7",
                              "2001:db8::1",
                              "2001:DB8:0::1",
                              "mail.example",
                              "[2001:db8::2]"};
constexpr std::array users = {"", "alice", "bob", "carol"};

std::string line_of(Chance& chance) {
  const auto host = chance.one_of(hosts);
  const auto user = chance.one_of(users);
  const std::array what = {fmt::format("connect {}", host),
                           fmt::format("from {}/{}", host, chance.below(140)),
                           fmt::format("from {} {}", host, std::string(chance.below(40), 'n')),
                           fmt::format("failed for {}", user),
                           fmt::format("failed for {} as {}", user, chance.one_of(users)),
                           fmt::format("failed as {} at {}", user, host),
                           fmt::format("failed at {}", host),
                           std::string("failed"),
                           fmt::format("accepted {}", user),
                           std::string("in"),
                           fmt::format("bye {}", chance.below(7)),
                           std::string("bye"),
                           std::string("left"),
                           std::string("odd never"),
                           fmt::format("odd {}", host)};
  const auto repeated = chance.below(8) == 0 ? fmt::format("{} x ", chance.below(4)) : "";
  const auto session = chance.below(20) == 0 ? "" : fmt::format("d[{}]: ", chance.below(6));
  return session + repeated + what.at(chance.below(what.size()));
}

std::string told(const std::vector<Hit>& hits) {
  std::string out;
  for (const auto& hit : hits) {
    out += fmt::format("{} by {}{} x {} of {}{}{}{}; ",
                       hit.id.value_or("?"),
                       hit.weak ? "weak " : "",
                       hit.regex_index,
                       hit.attempts,
                       hit.total.value_or(-1),
                       hit.nofail ? " nofail" : "",
                       hit.is_name ? " name" : "",
                       hit.of_session ? " session" : "");
  }
  return out;
}

PipelineSettings settings_of(Chance& chance) {
  PipelineSettings settings;
  settings.usedns = chance.below(2) == 0 ? ban::UseDns::warn : ban::UseDns::no;
  settings.raw_hosts = chance.below(4) == 0;
  settings.names_later = chance.below(3) == 0;
  settings.one_client_sessions = chance.below(2) == 0;
  settings.session_lifetime = std::chrono::seconds(300);
  settings.resolve = [](std::string_view) {
    return std::vector<std::string>{"192.0.2.77", "2001:db8::77"};
  };
  return settings;
}

void expect_the_same(const FilterText& filter, unsigned seed) {
  Chance chance(seed);
  auto settings = settings_of(chance);
  Lines full(filter, settings);
  settings.bare = true;
  Lines bare(filter, settings);
  auto now = noon;
  for (int i = 0; i < 400; ++i) {
    now += std::chrono::seconds(chance.below(12));
    const auto line = line_of(chance);
    ASSERT_EQ(told(bare.feed(line, now)), told(full.feed(line, now)))
        << "seed " << seed << ", line " << i << ": " << line;
  }
}

TEST(Bare, SessionsOfAPrefixBlameTheSame) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    expect_the_same(by_prefix, seed);
  }
}

TEST(Bare, SessionsThatExpressionsNameBlameTheSame) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    expect_the_same(by_expressions, seed);
  }
}

TEST(Bare, WhatTakesMoreIsLeftToTheFullWay) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    expect_the_same(with_tuples, seed);
  }
}

TEST(Bare, TheSameSessionsAreForgottenForWhatTheyHold) {
  Lines full(by_prefix);
  PipelineSettings settings;
  settings.bare = true;
  Lines bare(by_prefix, settings);
  Chance chance(7);
  std::string note(50'000, 'n');
  for (int i = 0; i < 1500; ++i) {
    const auto session = i % 3 == 0 ? 0 : chance.below(1000);
    note.resize(40'000 + chance.below(20'000), 'n');
    const auto line = i % 5 == 4 ? fmt::format("d[{}]: failed", session)
                                 : fmt::format("d[{}]: odd {}", session, note);
    ASSERT_EQ(told(bare.feed(line)), told(full.feed(line))) << i;
    ASSERT_EQ(bare.pipeline().sessions_dropped(), full.pipeline().sessions_dropped()) << i;
  }
  EXPECT_GT(full.pipeline().sessions_dropped(), 20U);
}

}  // namespace
}  // namespace spranga::guard
