#include "daemon/jail_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::daemon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

std::vector<std::string> texts(const std::vector<LogWord>& words) {
  std::vector<std::string> out;
  for (const auto& word : words) {
    out.push_back(std::string(word.logger) + ": " + word.text);
  }
  return out;
}

ban::JailSpec jail_with(std::initializer_list<std::string> options) {
  ban::JailSpec out;
  out.name = "door";
  for (const auto& option : options) {
    out.origins[option] = {};
  }
  return out;
}

TEST(JailWords, AreOfWhatTheConfigurationNamesAlone) {
  EXPECT_THAT(words_of(jail_with({})), IsEmpty());
  auto jail = jail_with({"bantime", "maxretry", "ignoreip"});
  jail.maxretry = 4;
  jail.bantime = -1s;
  EXPECT_THAT(texts(words_of(jail)),
              ElementsAre("filter:   maxRetry: 4", "actions:   banTime: -1"));
}

TEST(JailWords, ComeInFail2bansOrder) {
  auto jail = jail_with({"maxlines",
                         "datepattern",
                         "findtime",
                         "bantime.increment",
                         "bantime.factor",
                         "bantime.maxtime",
                         "logencoding"});
  jail.filter.maxlines = 3;
  jail.filter.datepattern = "%Y-%m-%d\n{^LN-BEG}";
  jail.increment.enabled = true;
  jail.increment.factor = "2";
  jail.increment.maxtime = 48h;
  EXPECT_THAT(texts(words_of(jail)),
              ElementsAre("filter:   maxLines: 3",
                          "datedetector:   date pattern `'%Y-%m-%d'`: `Year-Month-Day`",
                          "filter:   findtime: 600",
                          "jail: Set banTime.increment = True",
                          "jail: Set banTime.factor = 2",
                          "jail: Set banTime.maxtime = 2d",
                          "filter:   encoding: UTF-8"));
}

TEST(JailWords, NameDatePatternsAsFail2banDoes) {
  const std::vector<std::pair<std::string, std::string>> known = {
      {"{NONE}", "  date pattern `'{UNB}^'`: `^`"},
      {"EPOCH", "  date pattern `''`: `Epoch`"},
      {"{^LN-BEG}TAI64N", "  date pattern `''`: `{^LN-BEG}TAI64N`"},
      {"^%Y-%m-%d", "  date pattern `'^%Y-%m-%d'`: `^Year-Month-Day`"},
  };
  for (const auto& [pattern, text] : known) {
    ban::JailSpec jail;
    jail.filter.datepattern = pattern;
    EXPECT_THAT(texts(words_of(jail, "datepattern")), ElementsAre("datedetector: " + text));
  }
  ban::JailSpec jail;
  jail.filter.datepattern = "{DEFAULT}\n{^ln-beg}\n(";
  EXPECT_THAT(words_of(jail, "datepattern"), IsEmpty());
}

TEST(JailWords, SayHowLogsAreRead) {
  auto jail = jail_with({});
  EXPECT_THAT(
      texts(backend_words(jail, false)),
      ElementsAre("jail: Jail 'door' uses pyinotify {}", "jail: Initiated 'pyinotify' backend"));
  jail.backend = "polling";
  EXPECT_THAT(texts(backend_words(jail, false)),
              ElementsAre("jail: Jail 'door' uses poller {}", "jail: Initiated 'polling' backend"));
  jail.backend = "systemd[journalpath=/x, journalflags=\"1\"]";
  EXPECT_THAT(
      texts(backend_words(jail, true)),
      ElementsAre("jail: Jail 'door' uses systemd {'journalpath': '/x', 'journalflags': '1'}",
                  "jail: Initiated 'systemd' backend"));
}

}  // namespace
}  // namespace spranga::daemon
