// Whole replays of small files; jails as values, no configuration.
#include "replay/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "replay/mention.h"
#include "replay/near_miss.h"
#include "replay/report.h"
#include "replay/why.h"
#include "tests/guard/old_logs/packing.h"

namespace spranga::replay {
namespace {

using guard::LogFolder;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t midnight = 1'763'942'400;  // 2025-11-24 00:00:00 UTC

ban::Instant at(std::int64_t second) {
  return ban::Instant(std::chrono::seconds(midnight + second));
}

std::string stamp(int second) {
  std::array<char, 64> text{};
  std::snprintf(text.data(),
                text.size(),
                "2025-11-24T%02d:%02d:%02d+00:00 ",
                second / 3600,
                second / 60 % 60,
                second % 60);
  return text.data();
}

std::string failure(int second, const std::string& address) {
  return stamp(second) + "mail app[1]: bad login from " + address + "\n";
}

std::string login(int second, const std::string& address) {
  return stamp(second) + "mail sshd[1]: Accepted password for alice from " + address +
         " port 1 ssh2\n";
}

ban::JailSpec jail(const std::string& name = "app") {
  ban::JailSpec out;
  out.name = name;
  out.filter.failregex = {{"app\\[\\d+\\]: bad login from <HOST>$", {"filter.d/app.conf", 7}}};
  out.maxretry = 2;
  out.ignoreself = false;
  return out;
}

ReplayResult replayed(const std::vector<ban::JailSpec>& jails,
                      std::vector<std::string> files,
                      ReplayOptions options = {}) {
  options.files = std::move(files);
  options.today = at(86400);
  return replay(jails, options, {});
}

std::vector<std::string> bans_of(const ReplayResult& result) {
  std::vector<std::string> out;
  for (const auto& booked : result.bans) {
    out.push_back(booked.ban.jail + " " + booked.ban.target + " " +
                  std::to_string((booked.ban.since - at(0)) / std::chrono::seconds(1)));
  }
  return out;
}

TEST(Replay, BansByTheDatesOfTheLog) {
  const LogFolder folder;
  const auto path =
      folder.write("app.log",
                   failure(10, "192.0.2.1") + failure(20, "192.0.2.1") + failure(700, "192.0.2.2") +
                       "\n" + failure(1301, "192.0.2.2") + failure(1302, "192.0.2.2"));
  const auto result = replayed({jail()}, {path});
  EXPECT_EQ(result.lines, 6);
  EXPECT_EQ(result.sightings, 5);
  EXPECT_THAT(bans_of(result), ElementsAre("app 192.0.2.1 20", "app 192.0.2.2 1302"));
}

TEST(Replay, LeavesTheAddressesAloneThatItIsToldAreItsOwn) {
  const LogFolder folder;
  const auto path = folder.write("app.log",
                                 failure(1, "192.0.2.1") + failure(2, "192.0.2.1") +
                                     failure(3, "192.0.2.2") + failure(4, "192.0.2.2"));
  auto theirs = jail("theirs");
  theirs.ignoreself = true;
  auto ours = theirs;
  ours.name = "ours";
  ours.counting = ban::Counting::window;
  ReplayOptions options;
  options.own_addresses = {*net::Address::parse("192.0.2.1")};
  EXPECT_THAT(bans_of(replayed({theirs, ours}, {path}, options)),
              ElementsAre("theirs 192.0.2.2 4", "ours 192.0.2.2 4"));
}

TEST(Replay, MergesFilesByDate) {
  const LogFolder folder;
  const auto newer =
      folder.write("app.log", failure(100, "192.0.2.1") + failure(2000, "192.0.2.3"));
  const auto older = folder.write(
      "app.log.1.gz", guard::packed("gzip", failure(90, "192.0.2.1") + failure(1000, "192.0.2.3")));
  auto spec = jail();
  spec.findtime = std::chrono::seconds(1001);
  const auto result = replayed({spec}, {newer, older});
  EXPECT_THAT(bans_of(result), ElementsAre("app 192.0.2.1 100", "app 192.0.2.3 2000"));
  EXPECT_EQ(result.lines, 4);
}

TEST(Replay, CountsALineOnceHoweverManyJailsReadIt) {
  const LogFolder folder;
  const auto path = folder.write("app.log", failure(1, "192.0.2.1") + failure(2, "192.0.2.1"));
  const auto result = replayed({jail("a"), jail("b")}, {path});
  EXPECT_EQ(result.lines, 2);
  EXPECT_EQ(result.sightings, 4);
  EXPECT_THAT(bans_of(result), ElementsAre("a 192.0.2.1 2", "b 192.0.2.1 2"));
}

TEST(Replay, CountsBackFromTheLastDate) {
  const LogFolder folder;
  const auto path = folder.write("app.log",
                                 failure(10, "192.0.2.1") + "no date\n" + failure(40, "192.0.2.1") +
                                     failure(100, "192.0.2.1"));
  ReplayOptions options;
  options.since = std::chrono::seconds(60);
  const auto result = replayed({jail()}, {path}, options);
  EXPECT_EQ(result.lines, 2);
  EXPECT_THAT(bans_of(result), ElementsAre("app 192.0.2.1 100"));
}

TEST(Replay, TakesALogWhoseLinesHaveNoDatesForOneOfNow) {
  const LogFolder folder;
  const auto path = folder.write(
      "app.log", "app[1]: bad login from 192.0.2.1\napp[1]: bad login from 192.0.2.1\n");
  auto spec = jail();
  spec.filter.datepattern = "{NONE}";
  const auto result = replayed({spec}, {path});
  EXPECT_EQ(result.last_date, std::nullopt);
  EXPECT_THAT(bans_of(result), ElementsAre("app 192.0.2.1 86400"));
}

std::string with_big_ends(const std::string& ascii) {
  std::string out;
  for (const char c : ascii) {
    out += '\0';
    out += c;
  }
  return out;
}

TEST(Replay, ReadsTextOfTwoBytesACharacter) {
  const LogFolder folder;
  const auto path = folder.write(
      "app.log", with_big_ends(failure(1, "192.0.2.1") + "\r\n" + failure(2, "192.0.2.1")));
  auto spec = jail();
  spec.logencoding = "utf-16-be";
  EXPECT_THAT(bans_of(replayed({spec}, {path})), ElementsAre("app 192.0.2.1 2"));
}

TEST(JsonReport, IsWrittenAsTheLibraryWritesIt) {
  using Json = nlohmann::ordered_json;
  using namespace std::chrono_literals;
  ReplayResult result;
  const auto same = [&](bool innocents) {
    const auto text = json_report(result, innocents, {1.5, 0.25});
    return text == Json::parse(text).dump(2) + "\n";
  };
  EXPECT_TRUE(same(false));
  EXPECT_TRUE(same(true));
  result.bans.push_back({{"app", "a\"\\\n\x01", ban::Instant(1500ms), std::nullopt, 1, 1}});
  result.bans.push_back({{"b", "192.0.2.1", ban::Instant(2s), ban::Instant(3s), 1, 1}, 4, 2});
  EXPECT_TRUE(same(false));
  EXPECT_TRUE(same(true));
  result.bans.push_back({{"c", "\xFF", ban::Instant(2s), std::nullopt, 1, 1}});
  EXPECT_EQ(Json::parse(json_report(result, false, {}))["bans"][2]["address"], "\uFFFD");
}

TEST(Replay, HoldsBansAgainstLogins) {
  const LogFolder folder;
  const auto path =
      folder.write("app.log",
                   login(1, "192.0.2.1") + failure(2, "192.0.2.1") + failure(3, "192.0.2.1") +
                       failure(4, "192.0.2.1") + login(5, "192.0.2.1") + login(6, "192.0.2.2") +
                       login(603, "192.0.2.1") + login(604, "192.0.2.1"));
  const auto result = replayed({jail()}, {path});
  ASSERT_EQ(result.bans.size(), 1);
  EXPECT_EQ(result.bans[0].logins, 2);
  EXPECT_EQ(result.bans[0].stopped, 1);
  EXPECT_THAT(result.bans[0].users, ElementsAre("alice"));
  const auto json = nlohmann::json::parse(json_report(result, true, {1.5, 0.5}));
  EXPECT_EQ(json["innocents"],
            nlohmann::json::parse(R"([{"jail": "app", "address": "192.0.2.1", "time": 1763942403,
                                       "until": 1763943003, "logins": 2}])"));
  EXPECT_EQ(json["lines"], 8);
  EXPECT_EQ(json["sightings"], 3);
  EXPECT_EQ(json["elapsed_s"], 1.5);
  EXPECT_EQ(json["cpu_s"], 0.5);
  EXPECT_FALSE(nlohmann::json::parse(json_report(result, false, {})).contains("innocents"));
  EXPECT_THAT(text_report(result, true), HasSubstr("alice"));
}

TEST(Replay, HoldsTheBanOfANetworkAgainstItsLogins) {
  const LogFolder folder;
  const auto path = folder.write("app.log",
                                 failure(1, "2001:db8::1") + failure(2, "2001:db8::2") +
                                     login(3, "2001:db8::3") + login(4, "2001:db8:1::3"));
  auto spec = jail();
  spec.ipv6_prefix = 64;
  const auto result = replayed({spec}, {path});
  ASSERT_EQ(result.bans.size(), 1);
  EXPECT_EQ(result.bans[0].ban.target, "2001:db8::/64");
  EXPECT_EQ(result.bans[0].logins, 1);
}

TEST(Replay, MovesTheEndOfAProlongedBan) {
  const LogFolder folder;
  const auto path = folder.write("app.log",
                                 failure(1, "192.0.2.1") + failure(2, "192.0.2.1") +
                                     failure(300, "192.0.2.1") + failure(301, "192.0.2.1"));
  const auto result = replayed({jail()}, {path});
  ASSERT_EQ(result.bans.size(), 1);
  EXPECT_EQ(result.bans[0].ban.since, at(2));
  EXPECT_EQ(result.bans[0].ban.until, at(901));
}

TEST(Replay, SaysNullForABanForGood) {
  const LogFolder folder;
  auto spec = jail();
  spec.maxretry = 1;
  spec.bantime = std::chrono::seconds(-1);
  const auto result = replayed({spec}, {folder.write("app.log", failure(1, "192.0.2.1"))});
  EXPECT_TRUE(nlohmann::json::parse(json_report(result, true, {}))["bans"][0]["until"].is_null());
}

ban::JailSpec recidive() {
  auto out = jail("recidive");
  out.filter.failregex = {{"NOTICE\\s+\\[(?!recidive\\])[^\\]]*\\]\\s+Ban\\s+<HOST>\\s*$", {}}};
  out.logpath = {{"/var/log/fail2ban.log"}};
  out.findtime = std::chrono::hours(24);
  out.bantime = std::chrono::hours(168);
  return out;
}

TEST(Replay, TellsRecidiveOfItsOwnBans) {
  const LogFolder folder;
  auto spec = jail();
  spec.maxretry = 1;
  const auto path = folder.write("app.log", failure(1, "192.0.2.1") + failure(1000, "192.0.2.1"));
  ReplayOptions options;
  options.logtarget = "/var/log/fail2ban.log";
  const auto result = replayed({spec, recidive()}, {path}, options);
  EXPECT_THAT(bans_of(result),
              ElementsAre("app 192.0.2.1 1", "app 192.0.2.1 1000", "recidive 192.0.2.1 1000"));
  options.logtarget = "/elsewhere";
  EXPECT_EQ(replayed({spec, recidive()}, {path}, options).bans.size(), 2);
}

TEST(Replay, LeavesOutABadJailAndNamesIt) {
  const LogFolder folder;
  const auto path = folder.write("app.log", failure(1, "192.0.2.1") + failure(2, "192.0.2.1"));
  auto bad = jail("bad");
  bad.filter.failregex = {{"(<HOST>", {"filter.d/bad.conf", 3}}};
  auto worse = jail("worse");
  worse.ignorecache = "max-count=";
  worse.origin = {"jail.local", 12};
  const auto result = replayed({bad, jail(), worse}, {path});
  EXPECT_THAT(bans_of(result), ElementsAre("app 192.0.2.1 2"));
  ASSERT_EQ(result.bad_jails.size(), 2);
  EXPECT_THAT(result.bad_jails[0].why, HasSubstr("filter.d/bad.conf:3"));
  EXPECT_THAT(result.bad_jails[1].why, HasSubstr("jail.local:12"));
  EXPECT_TRUE(is_incomplete(result));
}

TEST(Replay, LeavesTheLogOfAJailThatIsLeftOutToNobodyElse) {
  const LogFolder folder;
  const auto path = folder.write("app.log", failure(1, "192.0.2.1") + failure(2, "192.0.2.1"));
  auto bad = jail("bad");
  bad.filter.failregex = {{"(<HOST>", {"filter.d/bad.conf", 3}}};
  bad.logpath = {{path, false}};
  auto other = jail();
  other.logpath = {{folder.path() + "/other.log", false}};
  const auto result = replayed({bad, other}, {path});
  EXPECT_THAT(result.matched_by_none, testing::IsEmpty());
  EXPECT_THAT(bans_of(result), testing::IsEmpty());
  const auto alone = replayed({bad}, {path});
  EXPECT_THAT(alone.matched_by_none, testing::IsEmpty());
  EXPECT_EQ(notes_of(alone).size(), 1U);  // that the jail is left out, and nothing of dates
}

TEST(Replay, NamesAJournalThatWasWrittenForPrograms) {
  const LogFolder folder;
  const auto json = folder.write(
      "json", "{\"__CURSOR\":\"s=1\",\"__REALTIME_TIMESTAMP\":\"1763942400000000\"}\n");
  const auto exported = folder.write("export", "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1\n");
  const auto result = replayed({jail()}, {json, exported});
  ASSERT_EQ(result.exported.size(), 2U);
  EXPECT_TRUE(is_incomplete(result));
  std::string notes;
  for (const auto& note : notes_of(result)) {
    notes += note + "\n";
  }
  EXPECT_THAT(notes, HasSubstr("journalctl -o json"));
  EXPECT_THAT(notes, HasSubstr("journalctl -o export"));
  EXPECT_THAT(notes, HasSubstr("short-iso"));
}

TEST(Replay, ReadsAPipeOnceEvenWhereItCountsBackFromTheLastDate) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const auto text = failure(1, "192.0.2.1") + failure(2, "192.0.2.1");
  ASSERT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  ReplayOptions options;
  options.since = std::chrono::hours(1);
  const auto result = replayed({jail()}, {"/dev/fd/" + std::to_string(ends[0])}, options);
  ::close(ends[0]);
  EXPECT_THAT(bans_of(result), ElementsAre("app 192.0.2.1 2"));
}

TEST(Replay, KeepsWhatStandsBeforeADamagedPlaceAndGoesOnWithTheOthers) {
  const LogFolder folder;
  std::string many;
  for (int i = 0; i < 30000; ++i) {
    many += failure(i / 3, "198.51.100." + std::to_string(i % 250));
  }
  auto bytes = guard::packed("gzip", many);
  bytes.resize(bytes.size() / 2);
  const auto torn = folder.write("torn.gz", bytes);
  const auto good = folder.write("good", failure(1, "192.0.2.1") + failure(2, "192.0.2.1"));
  const auto result = replayed({jail()}, {torn, folder.path() + "/none", good});
  EXPECT_GT(result.lines, 1000);
  EXPECT_THAT(bans_of(result), testing::Contains("app 192.0.2.1 2"));
  EXPECT_EQ(result.trouble.size(), 2);
}

TEST(Replay, SaysWhatItDidNotAsk) {
  const LogFolder folder;
  auto spec = jail();
  spec.ignoreip = {"friend.example"};
  spec.ignorecommand = "/bin/true";
  const auto result = replayed({spec}, {folder.write("app.log", failure(1, "192.0.2.1"))});
  EXPECT_THAT(result.names_not_asked, ElementsAre("friend.example"));
  EXPECT_TRUE(result.ignorecommand_not_run);
  EXPECT_EQ(notes_of(result).size(), 3);  // and that no logpath names the file
}

TEST(Replay, GrowsBansFromAnEmptyHistory) {
  const LogFolder folder;
  auto spec = jail();
  spec.maxretry = 1;
  spec.increment.enabled = true;
  const auto result = replayed(
      {spec}, {folder.write("app.log", failure(1, "192.0.2.1") + failure(1000, "192.0.2.1"))});
  ASSERT_EQ(result.bans.size(), 2);
  EXPECT_EQ(result.bans[1].ban.until, at(2200));
}

TEST(Why, TellsTheRuleTheCountAndTheVerdict) {
  const LogFolder folder;
  ReplayOptions options;
  options.files = {folder.write("app.log", failure(1, "192.0.2.1") + failure(2, "192.0.2.1"))};
  options.today = at(86400);
  const auto told = tell_why("192.0.2.1", {jail()}, options, {});
  EXPECT_TRUE(told.banned);
  EXPECT_THAT(told.text, HasSubstr("app.log:2: "));
  EXPECT_THAT(told.text, HasSubstr("2 of 2"));
  EXPECT_THAT(told.text, HasSubstr("filter.d/app.conf:7"));
  EXPECT_THAT(told.text, HasSubstr("BANNED"));
  EXPECT_THAT(tell_why("192.0.2.99", {jail()}, options, {}).text, HasSubstr("No line names"));
}

ban::JailSpec counting_by_networks() {
  auto spec = jail();
  spec.counting = ban::Counting::window;
  spec.ipv4_prefix = 24;
  spec.ipv6_prefix = 64;
  return spec;
}

TEST(Why, TellsAnAddressOfTheBanOfItsNetwork) {
  const LogFolder folder;
  ReplayOptions options;
  options.today = at(86400);
  options.files = {folder.write("app.log",
                                failure(1, "192.0.2.1") + failure(2, "192.0.2.2") +
                                    failure(3, "2001:db8::1") + failure(4, "2001:db8::2"))};
  for (const auto* address : {"192.0.2.1", "192.0.2.2", "192.0.2.99", "192.0.2.0/24"}) {
    const auto told = tell_why(address, {counting_by_networks()}, options, {});
    EXPECT_TRUE(told.banned) << address;
    EXPECT_THAT(told.text,
                testing::AllOf(HasSubstr("app.log:1: "), HasSubstr("BANNED 192.0.2.0/24")));
    EXPECT_THAT(told.text, testing::Not(HasSubstr("app.log:3: "))) << address;
    EXPECT_TRUE(tell_why_not(address, {counting_by_networks()}, options, {}).banned) << address;
  }
  for (const auto* address : {"2001:db8::1", "2001:db8::ffff", "2001:db8::/64", "2001:db8::/32"}) {
    const auto told = tell_why(address, {counting_by_networks()}, options, {});
    EXPECT_TRUE(told.banned) << address;
    EXPECT_THAT(told.text, HasSubstr("BANNED 2001:db8::/64")) << address;
  }
  for (const auto* address : {"192.0.3.1", "2001:db8:0:1::1"}) {
    EXPECT_FALSE(tell_why(address, {counting_by_networks()}, options, {}).named) << address;
    EXPECT_THAT(tell_why_not(address, {counting_by_networks()}, options, {}).text,
                HasSubstr("No line names"));
  }
}

TEST(WhyNot, TellsAnAddressHowFarItsNetworkCame) {
  const LogFolder folder;
  ReplayOptions options;
  options.today = at(86400);
  options.files = {folder.write("app.log", failure(1, "192.0.2.1") + failure(2, "192.0.2.2"))};
  auto five = counting_by_networks();
  five.maxretry = 5;
  EXPECT_THAT(tell_why_not("192.0.2.3", {five}, options, {}).text,
              testing::AllOf(HasSubstr("app.log:2:"), HasSubstr("3 more")));
  five.ignoreip = {"192.0.2.2"};  // with a friend in the network each counts for himself
  EXPECT_THAT(tell_why_not("192.0.2.3", {five}, options, {}).text, HasSubstr("No line names"));
  EXPECT_THAT(tell_why_not("192.0.2.1", {five}, options, {}).text, HasSubstr("4 more"));
}

TEST(WhyNot, NamesTheLineThatCameClosestAndWhatItLacked) {
  const LogFolder folder;
  ReplayOptions options;
  options.today = at(86400);
  const auto ask = [&](const std::string& text, const ban::JailSpec& spec) {
    options.files = {folder.write("app.log", text)};
    return tell_why_not("192.0.2.1", {spec}, options, {}).text;
  };
  auto five = jail();
  five.maxretry = 5;
  EXPECT_THAT(ask(failure(1, "192.0.2.1") + failure(2, "192.0.2.1"), five),
              testing::AllOf(HasSubstr("app.log:2:"), HasSubstr("3 more")));
  auto ignoring = jail();
  ignoring.ignoreip = {"192.0.2.0/24"};
  EXPECT_THAT(ask(failure(1, "192.0.2.1"), ignoring), HasSubstr("ignores the address"));
  auto excepting = jail();
  excepting.filter.ignoreregex = {{"nothing", {"i.conf", 1}}, {"bad login", {"i.conf", 2}}};
  EXPECT_THAT(ask(failure(1, "192.0.2.1"), excepting), HasSubstr("i.conf:2"));
  auto prefixed = jail();
  prefixed.filter.prefregex = ban::Expression{"other\\[<F-CONTENT>.+</F-CONTENT>$", {"p.conf", 4}};
  EXPECT_THAT(ask(failure(1, "192.0.2.1"), prefixed), HasSubstr("p.conf:4"));
  EXPECT_THAT(ask(stamp(1) + "mail app[1]: good login from 192.0.2.1\n", jail()),
              testing::AllOf(HasSubstr("filter.d/app.conf:7"), HasSubstr("bad login from")));
}

TEST(NearMiss, FindsTheWordsOfAnExpression) {
  EXPECT_THAT(
      words_of("^warning: [-._\\w]+\\[<HOST>\\]: SASL (?:LOGIN|PLAIN) auth\\w* failed: x?$"),
      ElementsAre("warning: ", "]: SASL ", "LOGIN", "PLAIN", " auth", " failed: "));
}

TEST(Mention, TellsAnAddressFromOneThatOnlyBeginsLikeIt) {
  EXPECT_TRUE(names_address("x[192.0.2.1]: y", "192.0.2.1"));
  EXPECT_TRUE(names_address("from 192.0.2.1.", "192.0.2.1"));
  EXPECT_TRUE(names_address("192.0.2.11 192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(names_address("192.0.2.11", "192.0.2.1"));
  EXPECT_FALSE(names_address("5192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(names_address("7.192.0.2.1", "192.0.2.1"));
  EXPECT_TRUE(names_address("rip=2001:db8::1, ", "2001:db8::1"));
  EXPECT_FALSE(names_address("rip=2001:db8::1f", "2001:db8::1"));
}

}  // namespace
}  // namespace spranga::replay
