// Guesses until the door shuts: how many it took, in which way it shut, and what is no block.
#include "knock/series.h"

#include <gtest/gtest.h>

#include <set>

#include "knock/slow_down.h"
#include "knock/surroundings.h"
#include "tests/support/guarded_server.h"

namespace spranga::knock {
namespace {

using namespace std::chrono_literals;
using test::GuardedServer;
using test::Shutting;

constexpr auto us = "192.0.2.9";
constexpr auto elsewhere = "192.0.2.10";

struct Scene {
  test::ManualClock clock;
  test::VirtualPause pause{clock};
  GuardedServer server{clock};
  Site site;

  Scene() {
    site.address = *net::Address::parse("192.0.2.1");
    site.ehlo_name = "[192.0.2.9]";
    site.stem = "spranga-0badcafe";
    site.domain = "example.org";
  }

  World world(const char* client = us) {
    return {clock, pause, server.from(client), clock.now(), {}};
  }

  Course run(const Manner& manner = {}) { return run_series(site, world(), manner, {}); }
};

struct KindRow {
  Shutting how;
  Kind kind;
};

void PrintTo(const KindRow& row, std::ostream* out) {
  *out << kind_name(row.kind);
}

class KindOfBlock : public ::testing::TestWithParam<KindRow> {};

TEST_P(KindOfBlock, IsSeenAndNIsExact) {
  for (const int wanted : {1, 2, 3, 5, 10, 11}) {
    for (const auto lag : {0ms, 1000ms, 4000ms}) {
      Scene scene;
      scene.server.guard.ban_after = wanted;
      scene.server.guard.how = GetParam().how;
      scene.server.guard.lag = lag;
      const auto course = scene.run();
      ASSERT_EQ(course.end, Course::End::blocked) << wanted << " " << lag.count();
      EXPECT_EQ(course.block->kind, GetParam().kind) << wanted;
      EXPECT_EQ(course.block->at_least, wanted) << lag.count();
      EXPECT_EQ(course.block->at_most, wanted) << lag.count();
      EXPECT_EQ(scene.server.logins().size(), static_cast<std::size_t>(wanted));
    }
  }
}

TEST_P(KindOfBlock, WithFastIsARangeThatHoldsTheTruth) {
  for (const int wanted : {1, 5, 10, 11}) {
    for (const auto lag : {0ms, 500ms, 1500ms, 2500ms, 4000ms}) {
      Scene scene;
      scene.server.guard.ban_after = wanted;
      scene.server.guard.how = GetParam().how;
      scene.server.guard.lag = lag;
      const auto course = scene.run({.fast = true, .known_user = ""});
      ASSERT_EQ(course.end, Course::End::blocked) << wanted << " " << lag.count();
      EXPECT_LE(course.block->at_least, wanted) << lag.count();
      EXPECT_GE(course.block->at_most, wanted) << lag.count();
      EXPECT_GE(course.block->at_least, 1);
    }
  }
}

TEST_P(KindOfBlock, IsProvenByASecondSourceThatGetsIn) {
  Scene scene;
  scene.server.guard.ban_after = 3;
  scene.server.guard.how = GetParam().how;
  const auto course = scene.run();
  ASSERT_TRUE(course.block);
  Circumstances seen;
  seen.second = look_at(scene.site, scene.world(elsewhere), 587);
  EXPECT_EQ(proof_of(course.block->kind, seen), Proof::second_source);
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         KindOfBlock,
                         ::testing::Values(KindRow{Shutting::refuse, Kind::refused},
                                           KindRow{Shutting::reset, Kind::reset},
                                           KindRow{Shutting::drop, Kind::dropped},
                                           KindRow{Shutting::close, Kind::closed},
                                           KindRow{Shutting::hang, Kind::hang},
                                           KindRow{Shutting::say_421, Kind::turned_away},
                                           KindRow{Shutting::say_450, Kind::limited},
                                           KindRow{Shutting::withdraw_auth, Kind::auth_withdrawn}));

TEST(Series, WithoutAGuardEndsAfterEleven) {
  for (const bool fast : {false, true}) {
    Scene scene;
    const auto course = scene.run({.fast = fast, .known_user = ""});
    EXPECT_EQ(course.end, Course::End::never);
    EXPECT_EQ(scene.server.logins().size(), 11U);
  }
}

TEST(Series, GuessesEachTimeANewUserAndPasswordInsideTls) {
  Scene scene;
  static_cast<void>(scene.run());
  std::set<std::string> users;
  std::set<std::string> passwords;
  for (const auto& login : scene.server.logins()) {
    EXPECT_TRUE(login.tls);
    EXPECT_TRUE(login.user.starts_with("spranga-0badcafe")) << login.user;
    EXPECT_TRUE(login.user.ends_with("@example.org"));
    EXPECT_GE(login.password.size(), 12U);
    users.insert(login.user);
    passwords.insert(login.password);
  }
  EXPECT_EQ(users.size(), 11U);
  EXPECT_EQ(passwords.size(), 11U);
}

TEST(Series, WaitsFiveSecondsAfterEachReply) {
  Scene scene;
  scene.server.delay = [](int) { return 2s; };
  static_cast<void>(scene.run());
  const auto& logins = scene.server.logins();
  for (std::size_t i = 1; i < logins.size(); ++i) {
    EXPECT_GE(logins[i].at - logins[i - 1].at, 7s);
    EXPECT_LE(logins[i].at - logins[i - 1].at, 8s);
  }
}

TEST(Series, TriesLoginWherePlainIsNotOffered) {
  Scene scene;
  scene.server.mechanisms = "LOGIN";
  static_cast<void>(scene.run());
  ASSERT_EQ(scene.server.logins().size(), 11U);
  EXPECT_EQ(scene.server.logins().front().mechanism, "LOGIN");
}

TEST(Series, SendsNothingToAServerWithABadCertificate) {
  Scene scene;
  scene.server.good_certificate = false;
  const auto course = scene.run();
  EXPECT_EQ(course.end, Course::End::unusable);
  EXPECT_EQ(course.certificate_trouble, "self-signed certificate");
  EXPECT_TRUE(scene.server.logins().empty());
}

TEST(Series, StopsAtOnceWhereARandomPasswordIsLetIn) {
  Scene scene;
  scene.server.verdict = [](int, const std::string&) { return "235 2.7.0 welcome"; };
  const auto course = scene.run();
  EXPECT_EQ(course.end, Course::End::accepted);
  EXPECT_EQ(scene.server.logins().size(), 1U);
}

TEST(Series, TakesARefusedMechanismForNoGuess) {
  Scene scene;
  scene.server.mechanisms = "PLAIN";
  scene.server.verdict = [](int, const std::string&) { return "503 5.5.1 not here"; };
  const auto course = scene.run();
  EXPECT_EQ(course.end, Course::End::unusable);
  EXPECT_EQ(course.trouble, "503 5.5.1 not here");
}

/// Postfix in front of Dovecot's penalty: from the third guess on the server gives up after 10 s.
Scene& postfix_with_penalty(Scene& scene) {
  scene.server.delay = [](int failure) { return failure == 1 ? 2s : failure == 2 ? 6s : 10s; };
  scene.server.verdict = [](int failure, const std::string&) {
    return failure > 2 ? "454 4.7.0 Temporary authentication failure: Connection lost to "
                         "authentication server"
                       : "535 5.7.8 Error: authentication failed";
  };
  return scene;
}

TEST(Series, TakesAnAnswer454ForAGuessAndASlowDownForNoBlock) {
  Scene scene;
  const auto course = postfix_with_penalty(scene).run();
  EXPECT_EQ(course.end, Course::End::never);
  EXPECT_EQ(course.guesses.size(), 11U);
  const auto curve = slow_down_of(course.guesses);
  EXPECT_TRUE(curve.grows);
  EXPECT_EQ(curve.temporary, 9);
  EXPECT_EQ(curve.first, 2s);
  EXPECT_EQ(curve.late, 10s);
}

TEST(Series, WhereNoPasswordWasJudgedSaysNothingOfAGuard) {
  Scene scene;
  scene.server.verdict = [](int, const std::string&) { return "454 4.7.0 Temporary failure"; };
  const auto course = scene.run();
  EXPECT_EQ(course.end, Course::End::put_off);
  EXPECT_EQ(course.trouble, "454 4.7.0 Temporary failure");
}

TEST(Series, EndsAfterElevenWhateverTheVerdictsSay) {
  for (const auto* later : {"535 5.7.8 too many failed attempts", "550 5.7.0 no"}) {
    Scene scene;
    scene.server.verdict = [=](int failure, const std::string&) {
      return failure < 3 ? "535 5.7.8 authentication failed" : later;
    };
    EXPECT_EQ(scene.run().end, Course::End::never) << later;
    EXPECT_EQ(scene.server.logins().size(), 11U) << later;
  }
}

TEST(Series, EndsWhereNobodyGetsAsFarAsThePassword) {
  Scene scene;
  scene.server.mechanisms = "LOGIN";
  scene.server.at_user = [&scene] {
    return scene.server.logins().size() < 3 ? "" : "454 4.7.0 too many login failures";
  };
  const auto course = scene.run();
  EXPECT_EQ(course.end, Course::End::unusable);
  EXPECT_EQ(course.trouble, "454 4.7.0 too many login failures");
  EXPECT_EQ(course.guesses.size(), 3U);
}

TEST(Series, TakesALimitOnConnectionsForNoBlock) {
  Scene scene;
  scene.server.guard.ban_after = 4;
  scene.server.guard.how = Shutting::say_421;
  scene.server.goodbye = "421 4.7.0 mail Error: too many connections from 192.0.2.9";
  const auto course = scene.run();
  EXPECT_EQ(course.end, Course::End::crowded);
  EXPECT_EQ(course.trouble, scene.server.goodbye);
  EXPECT_FALSE(course.block);
}

TEST(Series, WaitsForASlowAnswer) {
  Scene scene;
  scene.server.delay = [](int failure) { return failure < 5 ? 6s * (failure - 1) + 2s : 29s; };
  scene.server.guard.ban_after = 7;
  const auto course = scene.run();
  ASSERT_TRUE(course.block);
  EXPECT_EQ(course.block->at_least, 7);
}

TEST(Series, ADoorThatWasShutBeforeIsNoBlock) {
  Scene scene;
  scene.server.open.erase(587);
  EXPECT_EQ(scene.run().end, Course::End::shut);
}

TEST(SlowDown, IsNotAConstantDelayNorOneOutlier) {
  for (const auto& delays : {std::vector<Milliseconds>{2s, 2s, 2s, 2s, 2s},
                             {2s, 2s, 9s, 2s, 2s, 2s},
                             {10ms, 400ms, 900ms},
                             {2s, 6s}}) {
    std::vector<Guess> guesses;
    for (const auto delay : delays) {
      Guess guess;
      guess.answer.code = 535;
      guess.answer.delay = delay;
      guesses.push_back(guess);
    }
    EXPECT_FALSE(slow_down_of(guesses).grows) << delays.size();
  }
}

TEST(Proof, AServerThatDiesIsNoBlock) {
  Scene scene;
  scene.server.dies_at = scene.clock.now() + 20s;
  const auto course = scene.run();
  ASSERT_TRUE(course.block);
  Circumstances seen;
  seen.control_port = 22;
  seen.control_open = touch(scene.site, scene.world(), 22).open;
  EXPECT_EQ(proof_of(course.block->kind, seen), Proof::dark);
  seen.second = look_at(scene.site, scene.world(elsewhere), 587);
  EXPECT_EQ(proof_of(course.block->kind, seen), Proof::outage);
}

TEST(Proof, AMailServerThatStopsIsNeverProvenToBeABlock) {
  Scene scene;
  scene.server.mail_stops_at = scene.clock.now() + 20s;
  const auto course = scene.run();
  ASSERT_TRUE(course.block);
  Circumstances seen;
  seen.control_port = 22;
  seen.control_open = touch(scene.site, scene.world(), 22).open;
  EXPECT_EQ(proof_of(course.block->kind, seen), Proof::likely);
  seen.second = look_at(scene.site, scene.world(elsewhere), 587);
  EXPECT_EQ(proof_of(course.block->kind, seen), Proof::outage);
}

TEST(Proof, ADropOfTheMailPortsAloneIsAGuards) {
  Circumstances seen;
  seen.control_port = 443;
  seen.control_open = true;
  EXPECT_EQ(proof_of(Kind::dropped, seen), Proof::control_port);
  EXPECT_EQ(proof_of(Kind::refused, seen), Proof::likely);
  seen.control_port = 0;
  EXPECT_EQ(proof_of(Kind::dropped, seen), Proof::likely);
  EXPECT_EQ(proof_of(Kind::limited, seen), Proof::control_port);
}

TEST(Ports, ThatAreShutAreNamed) {
  for (const auto how : {Shutting::refuse, Shutting::drop, Shutting::close, Shutting::say_421}) {
    Scene scene;
    scene.server.open = {25, 465, 587, 143, 993, 22};
    scene.server.guard.ban_after = 3;
    scene.server.guard.how = how;
    scene.server.guard.ports = {25, 465, 587, 143};
    const auto before = open_among(scene.site, scene.world(), {25, 465, 587, 143, 993, 110});
    EXPECT_EQ(before, (std::vector<int>{25, 465, 587, 143, 993}));
    const auto course = scene.run();
    ASSERT_TRUE(course.block);
    const auto shut =
        shut_among(scene.site, scene.world(), {25, 465, 587, 993}, course.block->kind);
    EXPECT_EQ(shut, (std::vector<int>{25, 465, 587})) << kind_name(course.block->kind);
  }
}

}  // namespace
}  // namespace spranga::knock
