#include "guard/config/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "guard/config/explain.h"
#include "tests/guard/config/configuration_folder.h"

namespace spranga::guard::config {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

using test::ConfigurationFolder;

TEST_F(ConfigurationFolder, BecomesJailsWithEveryOption) {
  const auto out = loaded(
      "[DEFAULT]\nbantime = 1h\n[mail]\nenabled = true\nfilter = mail[kind=odd]\naction = show\n"
      "logpath = /var/log/mail.log\n  /var/log/other*.log tail\nmaxretry = 4\nmaxmatches = 3\n"
      "findtime = 1h 30m\nbantime.increment = true\nbantime.factor = 2\nbantime.maxtime = 1w\n"
      "bantime.overalljails = yes\nignoreself = no\nignoreip = 192.0.2.1, 2001:db8::/32 "
      "host.example.org\n"
      "ignorecommand = /bin/true\nusedns = raw\nlogencoding = latin-1\nlogtimezone = UTC\n"
      "backend = polling\ncounting = window\nipv4_prefix = 24\nipv6_prefix = 64\nskip_if_nologs = "
      "on\n");
  ASSERT_EQ(names(out), "mail") << errors(out);
  const auto& jail = out.jails.front();
  EXPECT_TRUE(jail.enabled);
  EXPECT_EQ(jail.bantime, 1h);
  EXPECT_EQ(jail.findtime, 90min);
  EXPECT_EQ(jail.maxretry, 4);
  EXPECT_EQ(jail.maxmatches, 3);
  EXPECT_EQ(jail.backend, "polling");
  ASSERT_EQ(jail.logpath.size(), 2U);
  EXPECT_EQ(jail.logpath[1].glob, "/var/log/other*.log");
  EXPECT_TRUE(jail.logpath[1].tail);
  EXPECT_TRUE(jail.increment.enabled);
  EXPECT_EQ(jail.increment.factor, "2");
  EXPECT_EQ(jail.increment.maxtime, 168h);
  EXPECT_TRUE(jail.increment.overalljails);
  EXPECT_FALSE(jail.ignoreself);
  EXPECT_THAT(jail.ignoreip,
              testing::ElementsAre("192.0.2.1", "2001:db8::/32", "host.example.org"));
  EXPECT_EQ(jail.ignorecommand, "/bin/true");
  EXPECT_EQ(jail.usedns, ban::UseDns::raw);
  EXPECT_EQ(jail.logencoding, "latin-1");
  EXPECT_EQ(jail.logtimezone, "UTC");
  EXPECT_EQ(jail.counting, ban::Counting::window);
  EXPECT_EQ(jail.ipv4_prefix, 24);
  EXPECT_EQ(jail.ipv6_prefix, 64);
  EXPECT_TRUE(jail.skip_if_nologs);
  EXPECT_EQ(out.server.at("logtarget"), "STDERR");
}

TEST_F(ConfigurationFolder, KnowsFileAndLineOfEachExpression) {
  const auto out = loaded(
      "[mail]\nenabled = true\nfilter = mail[kind=odd]\naction = show\n"
      "failregex = ^own <HOST>\n  %(known/failregex)s\n");
  ASSERT_EQ(names(out), "mail") << errors(out);
  const auto& list = out.jails.front().filter.failregex;
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].pattern, "^own <HOST>");
  EXPECT_EQ(list[0].origin.file, folder_.path("jail.conf"));
  EXPECT_EQ(list[0].origin.line, 5);
  EXPECT_EQ(list[1].pattern, "^bad from <HOST>$");
  EXPECT_EQ(list[1].origin.file, folder_.path("filter.d/mail.conf"));
  EXPECT_EQ(list[1].origin.line, 3);
  EXPECT_EQ(list[2].pattern, "^worse odd <HOST>$");
  EXPECT_EQ(list[2].origin.line, 4);
}

TEST_F(ConfigurationFolder, HasWeakExpressionsOfFilterOrJail) {
  const auto out = loaded(
      "[DEFAULT]\nenabled = true\nfilter = mail\naction = show\n[a]\n"
      "[b]\nweakregex = %(known/weakregex)s\n  ^more <HOST>\n");
  ASSERT_EQ(names(out), "a b") << errors(out);
  ASSERT_EQ(out.jails[0].filter.weakregex.size(), 1U);
  EXPECT_EQ(out.jails[0].filter.weakregex[0].pattern, "^weak usual <HOST>$");
  EXPECT_EQ(out.jails[0].filter.weakregex[0].origin.line, 7);
  ASSERT_EQ(out.jails[1].filter.weakregex.size(), 2U);
  EXPECT_EQ(out.jails[1].filter.weakregex[1].pattern, "^more <HOST>");
}

struct BadJail {
  std::string text;
  std::string error;
};

TEST_F(ConfigurationFolder, GoesOnWithTheOtherJailsWhereOneIsBad) {
  folder_.put("filter.d/circle.conf", "[Definition]\nfailregex = <a> <HOST>\na = <b>\nb = <a>\n");
  folder_.put("filter.d/syntax.conf", "failregex = x\n");
  const BadJail bad[] = {
      {"filter = none\n", "there is no filter filter.d/none.conf"},
      {"filter = mail\naction = none\n", "there is no action action.d/none.conf"},
      {"filter = mail[x\n", "unexpected option syntax"},
      {"filter = mail\nbantime = 10%\n", "must be written %%"},
      {"filter = mail\nbantime = %(bantine)s\nbantimer = 1\n", "there is no %(bantine)s"},
      {"filter = mail\na = %(b)s\nb = %(a)s\nfindtime = %(a)s\n", "go in a circle"},
      {"filter = mail\nbantime = soon\n", "name 'soon' is not defined"},
      {"filter = circle\n", "leads back to itself"},
      {"filter = syntax\n", "before the first [section]"},
      {"filter = mail\nbantime = 1\nbantime = 2\n", "stands twice"},
      {"filter = mail\nnonsense\n", "neither a [section]"},
  };
  for (const auto& each : bad) {
    const auto out =
        loaded("[good]\nenabled = 1\nfilter = mail\naction = show\n[bad]\nenabled = 1\n" +
               each.text + "[fine]\nenabled = 1\nfilter = mail\naction = show\n");
    EXPECT_EQ(names(out), "good fine") << each.text << errors(out);
    EXPECT_THAT(errors(out), HasSubstr(each.error)) << each.text;
    EXPECT_THAT(errors(out), HasSubstr(folder_.path())) << each.text;
    EXPECT_THAT(errors(out), testing::ContainsRegex(":[0-9]+: ")) << each.text;
  }
}

TEST_F(ConfigurationFolder, GivesJailsThatAreAskedForEnabledOrNot) {
  LoadOptions options;
  options.jails = {"b", "missing", "aa"};
  const auto out =
      loaded("[DEFAULT]\nfilter = mail\naction = show\n[a]\nenabled = yes\n[b]\n", options);
  EXPECT_EQ(names(out), "b");
  EXPECT_TRUE(out.jails.front().enabled);
  EXPECT_THAT(errors(out), HasSubstr("there is no jail missing"));
}

TEST_F(ConfigurationFolder, LetsTheCommandLineOverride) {
  LoadOptions options;
  options.overrides["findtime"] = "1d";
  const auto out =
      loaded("[a]\nenabled = yes\nfilter = mail\naction = show\nfindtime = 1h\n", options);
  ASSERT_EQ(names(out), "a");
  EXPECT_EQ(out.jails.front().findtime, 24h);
}

TEST_F(ConfigurationFolder, WarnsOfAnOptionThatIsNearlyOne) {
  const auto out = loaded(
      "[a]\nenabled = yes\nfilter = mail\naction = show\nmaxrety = 3\n"
      "bantme = 5\nfindtime = %(bantme)s\n");
  EXPECT_EQ(names(out), "a");
  EXPECT_THAT(
      warnings(out),
      HasSubstr("jail.conf:5: [a] nobody reads the option maxrety; did you mean maxretry?"));
  EXPECT_THAT(warnings(out), testing::Not(HasSubstr("bantme")));
}

TEST_F(ConfigurationFolder, WarnsOfValuesThatAreNone) {
  const auto out = loaded(
      "[a]\nenabled = yes\nfilter = mail\naction = show\nmaxretry = three\n"
      "counting = often\nipv6_prefix = 129\nipv4_prefix = 0\n");
  ASSERT_EQ(names(out), "a");
  EXPECT_EQ(out.jails.front().maxretry, 3);
  EXPECT_EQ(out.jails.front().ipv6_prefix, 128);
  EXPECT_EQ(out.jails.front().ipv4_prefix, 32);
  for (const auto* word : {"maxretry = three", "counting = often", "129 bits", "0 bits"}) {
    EXPECT_THAT(warnings(out), HasSubstr(word));
  }
}

TEST_F(ConfigurationFolder, ReadsCompatFromItsOwnFile) {
  folder_.put("spranga.conf", "[Definition]\ncompat = 1.1\n");
  folder_.put("jail.conf",
              "[a-x]\nenabled = 1\nfilter = mail\naction = show[name=%(fail2ban_version)s]\n");
  const auto out = load(folder_.path());
  ASSERT_TRUE(out);
  EXPECT_EQ(out->compat, ban::Compat::v1_1);
  EXPECT_EQ(names(*out), "a-x") << errors(*out);
}

TEST_F(ConfigurationFolder, ThatIsNotThereIsAnError) {
  EXPECT_FALSE(load(folder_.path("none")));
  EXPECT_FALSE(load(folder_.path()));  // no jail.conf in it
}

TEST_F(ConfigurationFolder, GivesAFilterByNameOrByPath) {
  folder_.put(
      "else/mine.conf",
      "[Definition]\nfailregex = ^mine <x> <HOST>\nx = y\nmaxlines = 3\ndatepattern = %%Y\n");
  const auto named = load_filter(folder_.path(), "mail[kind=odd]", {});
  ASSERT_TRUE(named);
  ASSERT_EQ(named->filter.failregex.size(), 2U);
  EXPECT_EQ(named->filter.failregex[1].pattern, "^worse odd <HOST>$");
  EXPECT_EQ(named->filter.name, "mail");
  EXPECT_EQ(named->filter.weakregex.size(), 1U);
  const auto path = load_filter(folder_.path(), folder_.path("else/mine.conf") + "[x=z]", {});
  ASSERT_TRUE(path);
  EXPECT_EQ(path->filter.failregex[0].pattern, "^mine z <HOST>");
  EXPECT_EQ(path->filter.maxlines, 3);
  EXPECT_EQ(path->filter.datepattern, "%Y");
  const auto in_folder = load_filter("/nowhere", folder_.path("filter.d/mail.conf"), {});
  ASSERT_TRUE(in_folder) << in_folder.error().detail;
  EXPECT_EQ(in_folder->filter.failregex.size(), 2U);
}

TEST_F(ConfigurationFolder, TakesNoExpressionForAFilter) {
  for (const auto* text : {"^bad from <HOST>$", "none", "none[x=1]", "", "mail with <HOST>"}) {
    const auto filter_of = load_filter(folder_.path(), text, {});
    ASSERT_FALSE(filter_of) << text;
    EXPECT_EQ(filter_of.error().code, Errc::not_found) << text;
  }
  const auto wrong = load_filter(folder_.path(), "mail[kind=\"x\"y]", {});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::malformed);
}

TEST_F(ConfigurationFolder, ExplainsEachValueWithWhatItOverrode) {
  folder_.put(
      "jail.conf",
      "[DEFAULT]\nbantime = 1h\n[a]\nfilter = mail[kind=odd]\naction = show\nbantime = 2h\n");
  folder_.put("jail.local", "[a]\nbantime = 3h\nenabled = true\n");
  const auto out = explain_jail(folder_.path(), "a", ban::Compat::v1_0);
  ASSERT_TRUE(out);
  EXPECT_TRUE(out->enabled);
  const auto option = [&out](const std::string& owner, const std::string& name) {
    const auto found = std::ranges::find_if(
        out->options, [&](const ExplainedOption& o) { return o.owner == owner && o.name == name; });
    return found == out->options.end() ? ExplainedOption() : *found;
  };
  const auto bantime = option("", "bantime");
  ASSERT_EQ(bantime.lines.size(), 1U);
  EXPECT_EQ(bantime.lines[0].text, "3h");
  EXPECT_EQ(bantime.origin.file, folder_.path("jail.local"));
  EXPECT_EQ(bantime.origin.line, 2);
  ASSERT_EQ(bantime.overrode.size(), 2U);
  EXPECT_EQ(bantime.overrode[0].first, "2h");
  EXPECT_EQ(bantime.overrode[0].second.line, 6);
  EXPECT_EQ(bantime.overrode[1].first, "1h");
  EXPECT_EQ(bantime.overrode[1].second.line, 2);
  EXPECT_EQ(option("filter mail", "failregex").lines.size(), 2U);
  const auto kind = option("filter mail", "kind");
  EXPECT_EQ(kind.origin.line, 4);
  EXPECT_EQ(explain_jail(folder_.path(), "b", std::nullopt).error().code, Errc::not_found);
}

}  // namespace
}  // namespace spranga::guard::config
