// The ban test as a whole, in virtual time: findings, verdict, state, and going on with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/ban_consent.h"
#include "check/ban_findings.h"
#include "check/ban_resume.h"
#include "check/ban_state.h"
#include "check/big_providers.h"
#include "check/probes/guessing.h"
#include "check/time_text.h"
#include "check/verdict.h"
#include "tests/support/guarded_server.h"
#include "tests/support/scripted_resolver.h"

namespace spranga::check {
namespace {

using namespace std::chrono_literals;
using finding::Confidence;
using finding::RuleState;
using finding::Status;
using test::Shutting;
using ::testing::HasSubstr;

struct Scene {
  test::ManualClock clock;
  test::VirtualPause pause{clock};
  test::GuardedServer server{clock};
  test::ScriptedResolver resolver;
  CheckSettings settings;
  std::optional<BanState> kept;
  int times_kept{0};
  bool second_source{true};

  Scene() {
    settings.ban_test = true;
    settings.rules = {3};
    settings.state_file = "/var/tmp/mail.json";
  }

  World world() {
    World out{clock, resolver, server.from("192.0.2.9")};
    out.pause = &pause;
    if (second_source) {
      out.second = &server.from("192.0.2.10");
      out.second_source = net::Address::parse("192.0.2.10");
    }
    out.keep_state = [this](const BanState& state) {
      kept = state;
      ++times_kept;
    };
    return out;
  }

  finding::Report run() {
    GuessableHost host;
    host.host = "mail.example.org";
    host.address = *net::Address::parse("192.0.2.1");
    host.tls_name = host.host;
    host.ehlo_name = "[192.0.2.9]";
    host.domain = "example.org";
    host.login_ports = {587, 465};
    host.implicit_tls_ports = {465};
    host.open_ports = {25, 465, 587};
    host.greeting = "220 mail.example.org ESMTP";
    finding::Report report;
    report.target = "mail.example.org";
    report.nonce = "spranga-0badcafe";
    report.source = "192.0.2.9";
    report.connected = true;
    probe_guessing({host}, settings, world(), clock.now(), {}, report);
    judge(report, settings);
    return report;
  }

  /// A later run, from what the state file holds.
  finding::Report resume() {
    auto state = state_of_text(to_text(*kept), "mail.json");
    EXPECT_TRUE(state) << (state ? "" : state.error().detail);
    const auto asked = settings_of(*state, settings);
    return resume_ban_test(*std::move(state), asked, world(), {});
  }
};

const finding::Finding& found(const finding::Report& report, std::string_view id) {
  static const finding::Finding none;
  const finding::Finding* out = &none;
  for (const auto& finding : report.findings) {
    out = finding.id == id ? &finding : out;
  }
  EXPECT_NE(out, &none) << id;
  return *out;
}

TEST(BanTest, PassesWhereTheDoorIsShutFor3HoursAfter5) {
  Scene scene;
  scene.server.guard.ban_after = 5;
  scene.settings.wait = true;
  const auto report = scene.run();
  EXPECT_EQ(found(report, "G1").status, Status::pass);
  EXPECT_EQ(found(report, "G1").confidence, Confidence::proven);
  EXPECT_EQ(found(report, "G2").status, Status::pass);
  EXPECT_EQ(report.rules[2].state, RuleState::ok);
  EXPECT_EQ(report.verdict, finding::Verdict::is_protected);
  ASSERT_TRUE(report.ban);
  EXPECT_EQ(report.ban->attempts, 5);
  EXPECT_EQ(report.ban->kind, "refused");
  EXPECT_EQ(report.ban->ports, (std::vector<int>{25, 465, 587}));
  EXPECT_EQ(report.ban->at_least_s, 3 * 3600 - 60);
  EXPECT_FALSE(report.ban->at_most_s);
  EXPECT_EQ(report.ban->guesses.size(), 5U);
  EXPECT_EQ(report.ban->looks.size(), 10U);
}

TEST(BanTest, WithoutWaitLooksForAMinuteAndLeavesTheRuleOpen) {
  Scene scene;
  scene.server.guard.ban_after = 5;
  const auto report = scene.run();
  EXPECT_EQ(report.rules[2].state, RuleState::unknown);
  ASSERT_EQ(report.rules[2].open.size(), 1U);
  EXPECT_THAT(words::say(report.rules[2].open[0]), HasSubstr("still shut after 1 min"));
  ASSERT_EQ(report.rules[2].in_favour.size(), 1U);
  EXPECT_THAT(words::say(report.rules[2].in_favour[0]), HasSubstr("blocked after 5"));
  EXPECT_EQ(report.rules[2].settle_command, "spranga check --resume /var/tmp/mail.json");
  EXPECT_EQ(scene.times_kept, 5);  // at the block and after each of four looks
  EXPECT_EQ(report.ban->at_most_s, std::nullopt);
}

TEST(BanTest, GoesOnInLaterRunsUntilTheRuleIsSettled) {
  Scene scene;
  scene.server.guard.ban_after = 5;
  scene.server.guard.lasts = 4h;
  static_cast<void>(scene.run());
  scene.clock.advance(2h);
  auto report = scene.resume();
  EXPECT_EQ(report.rules[2].state, RuleState::unknown);
  scene.clock.advance(1h);
  report = scene.resume();
  EXPECT_EQ(report.rules[2].state, RuleState::ok);
  EXPECT_EQ(report.verdict, finding::Verdict::is_protected);
  scene.clock.advance(2h);
  EXPECT_EQ(scene.resume().rules[2].state, RuleState::ok) << "a look that is not due yet";
  scene.clock.advance(2h);
  report = scene.resume();
  EXPECT_EQ(report.rules[2].state, RuleState::ok);
  EXPECT_GE(report.ban->at_most_s.value_or(0), 4 * 3600);
}

TEST(BanTest, SaysNoToAShortBlockAndNamesTheLine) {
  Scene scene;
  scene.server.guard.ban_after = 5;
  scene.server.guard.lasts = 10min;
  scene.settings.wait = true;
  const auto report = scene.run();
  EXPECT_EQ(report.rules[2].state, RuleState::no);
  EXPECT_EQ(found(report, "G2").status, Status::fail);
  EXPECT_LE(report.ban->at_least_s.value_or(9999), 600);
  EXPECT_GE(report.ban->at_most_s.value_or(0), 600);
  ASSERT_EQ(report.changes, (std::vector{finding::RemedyId::ban_longer}));
  const auto lines =
      finding::remedy_lines(report.changes[0], finding::Product::postfix, words::Language::english);
  EXPECT_THAT(lines, ::testing::Contains(HasSubstr("bantime = 4h")));
}

struct VerdictRow {
  int ban_after;
  std::chrono::hours lasts;
  Status attempts;
  RuleState rule;
};

TEST(BanTest, ReadsTheNumbersAsTheRuleSays) {
  for (const auto& row : {VerdictRow{2, 5h, Status::warn, RuleState::ok},
                          VerdictRow{3, 5h, Status::pass, RuleState::ok},
                          VerdictRow{10, 5h, Status::pass, RuleState::ok},
                          VerdictRow{11, 5h, Status::fail, RuleState::no},
                          VerdictRow{2, 1h, Status::warn, RuleState::no},
                          VerdictRow{0, 1h, Status::fail, RuleState::no}}) {
    Scene scene;
    scene.server.guard.ban_after = row.ban_after;
    scene.server.guard.lasts = row.lasts;
    scene.settings.wait = true;
    const auto report = scene.run();
    EXPECT_EQ(found(report, "G1").status, row.attempts) << row.ban_after;
    EXPECT_EQ(report.rules[2].state, row.rule) << row.ban_after;
  }
}

TEST(BanTest, CallsMoreThanADayInfoAndStillKeepsTheRule) {
  for (const int after : {2, 5}) {
    Scene scene;
    scene.server.guard.ban_after = after;
    scene.server.guard.lasts = 100h;
    scene.settings.wait = true;
    scene.settings.wait_for = 30h;
    const auto report = scene.run();
    EXPECT_EQ(found(report, "G2").status, Status::info);
    EXPECT_EQ(report.rules[2].state, RuleState::ok) << after;
  }
}

TEST(BanTest, WithoutAGuardSaysNoBlockAfterEleven) {
  Scene scene;
  const auto report = scene.run();
  EXPECT_EQ(words::say(found(report, "G1").summary),
            "guessing is not stopped: no block after 11 failed logins from one address");
  ASSERT_TRUE(report.ban);
  EXPECT_FALSE(report.ban->attempts);
  EXPECT_FALSE(report.ban->kind);
  EXPECT_EQ(report.ban->guesses.size(), 11U);
  EXPECT_FALSE(scene.kept);
  EXPECT_EQ(report.changes, (std::vector{finding::RemedyId::block_guessing}));
}

TEST(BanTest, TakesNoOutageForABlock) {
  for (const bool second : {true, false}) {
    Scene scene;
    scene.second_source = second;
    scene.server.dies_at = scene.clock.now() + 20s;
    const auto report = scene.run();
    EXPECT_EQ(found(report, "G1").status, Status::not_tested) << second;
    EXPECT_EQ(report.rules[2].state, RuleState::unknown);
    EXPECT_FALSE(report.ban);
    EXPECT_FALSE(scene.kept);
  }
}

TEST(BanTest, SaysLikelyWhereNothingTellsABlockFromAStop) {
  Scene scene;
  scene.second_source = false;
  scene.server.open = {25, 465, 587};
  scene.server.guard.ban_after = 4;
  const auto report = scene.run();
  EXPECT_EQ(found(report, "G1").status, Status::pass);
  EXPECT_EQ(found(report, "G1").confidence, Confidence::likely);
}

TEST(BanTest, CountsNoLookAtADeadServer) {
  Scene scene;
  scene.server.guard.ban_after = 3;
  static_cast<void>(scene.run());
  scene.clock.advance(3h);
  scene.server.dies_at = scene.clock.now();
  const auto report = scene.resume();
  EXPECT_EQ(report.rules[2].state, RuleState::unknown);
  EXPECT_EQ(report.ban->at_least_s, 60);
}

TEST(BanTest, TakesNoServerThatStopsLaterForALongBlockWithoutASecondSource) {
  const std::set<int> smtp = {25, 465, 587};
  for (const auto& [how, ports] :
       std::vector<std::pair<Shutting, std::set<int>>>{{Shutting::refuse, {25, 465, 587, 993}},
                                                       {Shutting::drop, smtp},
                                                       {Shutting::say_421, smtp},
                                                       {Shutting::withdraw_auth, smtp}}) {
    Scene scene;
    scene.second_source = false;
    scene.server.guard.ban_after = 3;
    scene.server.guard.how = how;
    scene.server.guard.ports = ports;
    scene.server.guard.lasts = 10min;
    static_cast<void>(scene.run());
    ASSERT_TRUE(scene.kept) << static_cast<int>(how);
    scene.clock.advance(4h);
    scene.server.mail_stops_at = scene.clock.now();
    const auto report = scene.resume();
    EXPECT_EQ(report.rules[2].state, RuleState::unknown) << static_cast<int>(how);
    EXPECT_LE(report.ban->at_least_s, 600) << static_cast<int>(how);
  }
}

TEST(BanTest, WithoutASecondSourceALongBlockCountsWhereNoStoppedServerLooksLikeIt) {
  const auto state_after_3_h = [](Shutting how) {
    Scene scene;
    scene.second_source = false;
    scene.server.guard.ban_after = 3;
    scene.server.guard.how = how;
    static_cast<void>(scene.run());
    EXPECT_TRUE(scene.kept) << static_cast<int>(how);
    scene.clock.advance(3h);
    return scene.kept ? scene.resume().rules[2].state : RuleState::no;
  };
  for (const auto how : {Shutting::drop, Shutting::say_421, Shutting::withdraw_auth}) {
    EXPECT_EQ(state_after_3_h(how), RuleState::ok) << static_cast<int>(how);
  }
  for (const auto how : {Shutting::refuse, Shutting::reset, Shutting::close, Shutting::hang}) {
    EXPECT_EQ(state_after_3_h(how), RuleState::unknown) << static_cast<int>(how);
  }
}

TEST(BanTest, ASecondSourceIsAskedForWhereOnlyItCanTellALongBlockFromAStop) {
  Scene scene;
  scene.second_source = false;
  scene.server.guard.ban_after = 3;
  scene.settings.wait = true;
  const auto report = scene.run();
  EXPECT_EQ(report.rules[2].state, RuleState::unknown);
  EXPECT_EQ(report.rules[2].settle_command,
            "spranga check mail.example.org --second-source ADDRESS");
}

TEST(BanTest, GoesOnFromNoStateThatTellsOfATimeToCome) {
  Scene scene;
  scene.server.guard.ban_after = 5;
  static_cast<void>(scene.run());
  ASSERT_TRUE(scene.kept);
  auto ahead = *scene.kept;
  ahead.looks.push_back({4h, false});
  const auto refused = same_vantage(ahead, scene.world(), "mail.json");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("a look at a time to come"));
  auto nameless = *scene.kept;
  nameless.report.source = "somewhere";
  const auto unknown = same_vantage(nameless, scene.world(), "mail.json");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().detail, HasSubstr("which address was blocked"));
}

TEST(BanTest, NeverMakesMoreThanElevenGuessesFromAnywhere) {
  for (const int after : {0, 5, 10, 11}) {
    Scene scene;
    scene.server.guard.ban_after = after;
    static_cast<void>(scene.run());
    EXPECT_LE(scene.server.logins().size(), 11U) << after;
  }
}

TEST(BanTest, TellsTheAddressFromTheAccount) {
  Scene scene;
  scene.server.guard.ban_after = 5;
  const auto report = scene.run();
  EXPECT_EQ(scene.server.logins().back().client, "192.0.2.10");
  const auto& also = found(report, "G3").also;
  ASSERT_FALSE(also.empty());
  EXPECT_EQ(also.front().word, words::Word::g3_by_address);
}

TEST(BanTest, TriesTheKnownUserAFewTimesOnly) {
  Scene scene;
  scene.settings.known_user = "alice@example.org";
  scene.server.verdict = [](int, const std::string& user) {
    return user == "alice@example.org" ? "535 5.7.8 wrong password" : "535 5.7.8 no such user";
  };
  const auto report = scene.run();
  int known = 0;
  for (const auto& login : scene.server.logins()) {
    known += login.user == "alice@example.org" ? 1 : 0;
  }
  EXPECT_EQ(known, 4);
  EXPECT_EQ(found(report, "G6").status, Status::warn);
  EXPECT_EQ(found(report, "G6").summary.word, words::Word::g6_text_differs);
}

TEST(BanTest, SeesKnownNamesByTheirTimes) {
  Scene scene;
  scene.settings.known_user = "alice@example.org";
  int count = 0;
  scene.server.delay = [&](int) { return ++count % 2 == 0 ? 120ms : 20ms; };
  const auto slow = scene.run();
  EXPECT_EQ(found(slow, "G6").status, Status::warn);
  EXPECT_EQ(found(slow, "G6").summary.word, words::Word::g6_time_differs);
  Scene same;
  same.settings.known_user = "alice@example.org";
  EXPECT_EQ(found(same.run(), "G6").summary.word, words::Word::g6_same);
}

TEST(BanTest, CountsTheLinesThatCameBeforeIntoTheRange) {
  Scene scene;
  scene.server.guard.ban_after = 5;
  GuessableHost host;
  host.address = *net::Address::parse("192.0.2.1");
  host.login_ports = {587};
  host.open_ports = {587};
  finding::Report report;
  report.connected = true;
  report.nonce = "spranga-0badcafe";
  report.noise.probes.push_back({"S1", 2});
  probe_guessing({host}, scene.settings, scene.world(), scene.clock.now(), {}, report);
  ASSERT_TRUE(report.ban);
  EXPECT_EQ(report.ban->attempts, 5);
  EXPECT_EQ(report.ban->at_most, 7);
}

TEST(BanTest, IsNotMadeAtAProviderNorWithoutALogin) {
  Scene scene;
  GuessableHost host;
  host.address = *net::Address::parse("192.0.2.1");
  finding::Report report;
  probe_guessing({host}, scene.settings, scene.world(), scene.clock.now(), {}, report);
  host.login_ports = {587};
  host.greeting = "220 smtp.gmail.com ESMTP x - gsmtp";
  probe_guessing({host}, scene.settings, scene.world(), scene.clock.now(), {}, report);
  ASSERT_EQ(report.findings.size(), 2U);
  EXPECT_EQ(report.findings[0].summary.word, words::Word::g1_no_login);
  EXPECT_EQ(report.findings[1].summary.word, words::Word::g1_provider);
  EXPECT_EQ(scene.server.connections(), 0);
}

TEST(Rule3, WithoutABanTestNamesTheCommandThatSettlesIt) {
  finding::Report report;
  report.target = "mail.example.org";
  CheckSettings settings;
  settings.typed_options = {"-4"};
  judge(report, settings);
  EXPECT_EQ(report.rules[2].state, RuleState::unknown);
  EXPECT_EQ(report.rules[2].settle_command,
            "spranga check mail.example.org -4 --ban-test --i-own mail.example.org");
}

std::string damaged(const std::string& text, const std::string& from, const std::string& to) {
  auto out = text;
  const auto at = out.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return out.replace(at, from.size(), to);
}

TEST(StateFile, SurvivesARoundTrip) {
  Scene scene;
  scene.server.guard.ban_after = 5;
  static_cast<void>(scene.run());
  const auto text = to_text(*scene.kept);
  const auto back = state_of_text(text, "f");
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(to_text(*back), text);
  EXPECT_EQ(back->looks, scene.kept->looks);
}

TEST(StateFile, HoldsNoPassword) {
  Scene scene;
  scene.server.guard.ban_after = 5;
  static_cast<void>(scene.run());
  const auto text = to_text(*scene.kept);
  for (const auto& login : scene.server.logins()) {
    EXPECT_EQ(text.find(login.password), std::string::npos);
  }
}

TEST(StateFile, ThatIsDamagedIsRefusedWithTheReason) {
  Scene scene;
  scene.server.guard.ban_after = 5;
  static_cast<void>(scene.run());
  const auto text = to_text(*scene.kept);

  struct Row {
    std::string from;
    std::string to;
    std::string says;
  };

  for (const auto& [from, to, says] :
       {Row{"spranga.ban/1", "spranga.ban/9", "spranga.ban/9"},
        Row{"\"looks\"", "\"lokos\"", "\"block.looks\" is missing"},
        Row{"\"attempts\": 5", "\"attempts\": 500", "\"block.attempts\""},
        Row{"\"attempts\": 5", "\"attempts\": \"5\"", "\"block.attempts\""},
        Row{"\"refused\"", "\"refuted\"", "\"block.kind\""},
        Row{"\"192.0.2.1\"", "\"192.0.2\"", "\"door.address\""},
        Row{"\"after_ms\": 15000", "\"after_ms\": 1", "\"block.looks\""},
        Row{"\"after_ms\": 15000", "\"after_ms\": -1", "\"block.looks[1].after_ms\""},
        Row{"\"id\": \"G3\"", "\"id\": \"G99\"", "\"findings["}}) {
    const auto read = state_of_text(damaged(text, from, to), "f.json");
    ASSERT_FALSE(read) << from;
    EXPECT_THAT(read.error().detail, HasSubstr(says));
    EXPECT_THAT(read.error().detail, HasSubstr("f.json"));
  }
  for (const std::string& other : {std::string(),
                                   std::string("{"),
                                   text.substr(0, text.size() / 2),
                                   std::string("[]"),
                                   std::string(2'000'000, ' ')}) {
    EXPECT_FALSE(state_of_text(other, "f.json")) << other.size();
  }
}

TEST(Consent, IsRefusedForProvidersAndForOnesOwnFeet) {
  EXPECT_EQ(big_provider("aspmx.l.google.com."), "google.com");
  EXPECT_EQ(big_provider("example-org.mail.protection.OUTLOOK.com"), "outlook.com");
  EXPECT_EQ(big_provider("inbound-smtp.eu-west-1.amazonaws.com"), "amazonaws.com");
  EXPECT_EQ(big_provider("ec2-192-0-2-1.eu-west-1.compute.amazonaws.com"), "");
  EXPECT_EQ(big_provider("notgoogle.com"), "");
  EXPECT_EQ(big_provider("mail.example.org"), "");

  Scene scene;
  scene.resolver.hosts["mail.example.org"] = {*net::Address::parse("192.0.2.1")};
  scene.resolver.hosts["mx.example.com"] = {*net::Address::parse("192.0.2.2")};
  scene.resolver.reverse["192.0.2.2"] = {"mta7.am0.yahoodns.net"};
  const auto may = [&](const std::string& target) {
    return may_test_ban(target, scene.settings, scene.world(), {*net::Address::parse("192.0.2.3")})
        .has_value();
  };
  EXPECT_TRUE(may("mail.example.org"));
  EXPECT_FALSE(may("gmail.com"));
  EXPECT_FALSE(may("mx.example.com"));
  EXPECT_FALSE(may("127.0.0.1"));
  EXPECT_FALSE(may("192.0.2.3"));
  scene.resolver.hosts["both.example.org"] = {*net::Address::parse("192.0.2.3"),
                                              *net::Address::parse("2001:db8::3")};
  scene.settings.families = Families::ipv6_only;
  EXPECT_FALSE(may("both.example.org")) << "the session's host, by its other address";
  scene.settings.yes = true;
  EXPECT_TRUE(may("127.0.0.1"));
  EXPECT_TRUE(may("192.0.2.3"));
  EXPECT_FALSE(may("gmail.com")) << "always";
}

TEST(WaysIn, AreBothAddressesOfTheSession) {
  const auto ways = ways_in("2001:db8::7 50012 192.0.2.1 22");
  EXPECT_THAT(ways, ::testing::Contains(*net::Address::parse("2001:db8::7")));
  EXPECT_THAT(ways, ::testing::Contains(*net::Address::parse("192.0.2.1")));
}

TEST(TimeText, IsShort) {
  EXPECT_EQ(span_text(25s), "25 s");
  EXPECT_EQ(span_text(4min), "4 min");
  EXPECT_EQ(span_text(598s), "9 min 58 s");
  EXPECT_EQ(span_text(3h), "3 h");
  EXPECT_EQ(span_text(90min), "1 h 30 min");
  EXPECT_EQ(span_text(25h), "25 h");
}

}  // namespace
}  // namespace spranga::check
