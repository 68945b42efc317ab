// What the person who wrote a configuration is told of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "guard/config/configuration.h"
#include "guard/config/explain.h"
#include "tests/guard/config/configuration_folder.h"

namespace spranga::guard::config {
namespace {

using testing::HasSubstr;

using Mistakes = test::ConfigurationFolder;

TEST_F(Mistakes, TellsOfEveryValueThatMeansNothingAndTakesTheSafeOne) {
  const auto out = loaded(
      "[mail]\nenabled = on\nfilter = mail\naction = show\nusedns = maybe\nipv6_prefix = 200\n"
      "ipv4_prefix = -1\ncounting = foo\nignoreself = tru\nignoreip = 192.0.2.0/99 198.51.100\n");
  ASSERT_EQ(names(out), "mail") << errors(out);
  const auto& jail = out.jails.front();
  EXPECT_EQ(jail.usedns, ban::UseDns::no);
  EXPECT_EQ(jail.ipv4_prefix, 32);
  EXPECT_EQ(jail.ipv6_prefix, 128);
  EXPECT_EQ(jail.counting, ban::Counting::fail2ban);
  EXPECT_FALSE(jail.ignoreself);
  const auto said = warnings(out);
  const auto file = folder_.path("jail.conf");
  EXPECT_THAT(said, HasSubstr(file + ":5: [mail] usedns = maybe: choose yes, warn, raw or no"));
  EXPECT_THAT(said, HasSubstr(file + ":6: [mail] a prefix of 200 bits"));
  EXPECT_THAT(said, HasSubstr(file + ":7: [mail] a prefix of -1 bits"));
  EXPECT_THAT(said, HasSubstr(file + ":8: [mail] counting = foo"));
  EXPECT_THAT(said, HasSubstr(file + ":9: [mail] ignoreself = tru: this is neither"));
  EXPECT_THAT(said, HasSubstr(file + ":10: [mail] ignoreip: 192.0.2.0/99"));
  EXPECT_THAT(said, HasSubstr(file + ":10: [mail] ignoreip: 198.51.100 "));
}

TEST_F(Mistakes, SaysNothingOfValuesThatMeanSomething) {
  const auto out = loaded(
      "[mail]\nenabled = YES\nfilter = mail\naction = show\nusedns = Raw\nbackend = "
      "systemd[journalflags=1]\nignoreself = 0\nignoreip = 127.0.0.1/8, ::1 "
      "192.0.2.0/255.255.255.0 "
      "2001:db8::/32 2001:db8::/255.255.0.0 192.0.2.0/ffff:: file:/etc/hosts "
      "host.example.org\nbantime = -1\nbantime.maxtime = -1\n");
  EXPECT_EQ(names(out), "mail") << errors(out);
  EXPECT_EQ(warnings(out), "");
}

TEST_F(Mistakes, TellsOfBansThatEndBeforeTheyBegin) {
  const auto out = loaded(
      "[mail]\nenabled = on\nfilter = mail\naction = show\nbantime = -1m\n"
      "bantime.maxtime = -5\nignoreip = 192.0.2.0/255.0.255.0 192.0.2.0/ffff:ffff:ffff::\n");
  ASSERT_EQ(names(out), "mail") << errors(out);
  const auto said = warnings(out);
  const auto file = folder_.path("jail.conf");
  EXPECT_THAT(said, HasSubstr(file + ":5: [mail] bantime = -1m: such a ban is over at once"));
  EXPECT_THAT(said, HasSubstr(file + ":6: [mail] bantime.maxtime = -5: whoever was banned"));
  EXPECT_THAT(said, HasSubstr(file + ":7: [mail] ignoreip: 192.0.2.0/255.0.255.0 is no"));
  EXPECT_THAT(said, HasSubstr(file + ":7: [mail] ignoreip: 192.0.2.0/ffff:ffff:ffff:: is no"));
}

TEST_F(Mistakes, LeavesOutAJailWhoseBackendNobodyKnows) {
  const auto out = loaded(
      "[DEFAULT]\nenabled = true\nfilter = mail\naction = show\n[a]\nbackend = pooling\n[b]\n");
  EXPECT_EQ(names(out), "b");
  EXPECT_THAT(errors(out), HasSubstr("jail.conf:6: [a] backend = pooling: choose auto,"));
  EXPECT_THAT(errors(out), HasSubstr("did you mean polling?"));
}

TEST_F(Mistakes, NamesTheNearestFilterAndAction) {
  const auto out = loaded(
      "[DEFAULT]\nenabled = true\n[a]\nfilter = mial\naction = show\n"
      "[b]\nfilter = mail\naction = shwo\n");
  EXPECT_THAT(errors(out),
              HasSubstr("jail.conf:4: [a] there is no filter filter.d/mial.conf; did you mean "
                        "mail?"));
  EXPECT_THAT(errors(out),
              HasSubstr("jail.conf:8: [b] there is no action action.d/shwo.conf; did you mean "
                        "show?"));
}

TEST_F(Mistakes, NamesTheJailOnceWhereAReferenceLeadsNowhere) {
  const auto out =
      loaded("[mail]\nenabled = true\nfilter = mail\naction = show\nbantime = %(nothing)s\n");
  EXPECT_THAT(errors(out), HasSubstr("jail.conf:5: [mail] bantime: there is no %(nothing)s"));
}

TEST_F(Mistakes, TellsOfACommentBehindAValueAndOfDefaultInSmallLetters) {
  const auto out = loaded(
      "[default]\nbantime = 1h\n[mail]\nenabled = true\nfilter = mail\naction = show\n"
      "maxretry = 5 # five\n");
  EXPECT_THAT(warnings(out), HasSubstr("jail.conf:1: [default] this is a jail of that name"));
  EXPECT_THAT(warnings(out),
              HasSubstr("jail.conf:7: [mail] maxretry = 5 # five: this is no whole"));
  EXPECT_THAT(warnings(out), HasSubstr("is no comment"));
}

TEST_F(Mistakes, NamesAByteOrderMark) {
  const auto out = loaded("\xEF\xBB\xBF[mail]\nenabled = true\n[other]\nenabled = false\n");
  EXPECT_THAT(errors(out), HasSubstr("jail.conf:1: "));
  EXPECT_THAT(errors(out), HasSubstr("byte order mark"));
}

TEST_F(Mistakes, KnowsWhereTheTextOfAnOptionStands) {
  const auto out = loaded(
      "[mail]\nenabled = true\nfilter = mail\naction = show\nbantime.factor = 2\n"
      "datepattern = ^%%s\n");
  ASSERT_EQ(names(out), "mail") << errors(out);
  EXPECT_EQ(out.jails.front().origins.at("bantime.factor").line, 5);
  EXPECT_EQ(out.jails.front().origins.at("datepattern").line, 6);
}

TEST_F(Mistakes, ExplainsAJailInSpiteOfAValueThatCannotBeRead) {
  folder_.put("jail.conf",
              "[mail]\nenabled = true\nfilter = mail\naction = show\nbantime = %(nothing)s\n"
              "maxretry = 4\n");
  const auto jail = explain_jail(folder_.path(), "mail", ban::Compat::v1_0);
  ASSERT_TRUE(jail);
  const auto line_of = [&](const std::string& name) {
    const auto found = std::ranges::find(jail->options, name, &ExplainedOption::name);
    return found == jail->options.end() || found->lines.empty() ? "" : found->lines.front().text;
  };
  EXPECT_EQ(line_of("maxretry"), "4");
  EXPECT_EQ(line_of("bantime"), "%(nothing)s");
}

}  // namespace
}  // namespace spranga::guard::config
