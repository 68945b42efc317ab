// Which commands run, in which order, is held against the real CommandAction in
// tests/oracle/actions.py; here is what must hold whatever else changes.
#include "action_runner/command_action.h"

#include <gtest/gtest.h>

#include <set>

namespace spranga::action_runner {
namespace {

/// Notes what is run; commands that hold one of `broken` fail.
class ScriptedShell final : public Shell {
public:
  Ran run(const Command& command, std::chrono::milliseconds /*timeout*/) override {
    ran += command.text + ";";
    for (const auto& word : broken) {
      if (command.text.find(word) != std::string::npos) {
        return {false, 1};
      }
    }
    return {true, 0};
  }

  std::string take() { return std::exchange(ran, ""); }

  std::string ran;
  std::set<std::string> broken;
};

class CommandActions : public testing::Test {
protected:
  using Options = std::vector<std::pair<std::string, std::string>>;

  CommandActions() {
    around_.jail = "mail";
    around_.host_name = [](bool) { return std::string("host"); };
    around_.now = [] { return 1700000000.0; };
  }

  static ban::ActionSpec spec_of(const Options& more) {
    ban::ActionSpec spec;
    spec.name = "act";
    spec.options = {{"actionstart", "start <kind>"},
                    {"actionstop", "stop <kind>"},
                    {"actioncheck", "check <kind>"},
                    {"actionban", "ban <ip>"},
                    {"actionunban", "unban <ip>"},
                    {"kind", "any"}};
    for (const auto& pair : more) {
      spec.options.push_back(pair);
    }
    return spec;
  }

  CommandAction made(const Options& more = {}) { return {spec_of(more), around_, shell_, log_}; }

  static Values values(const std::string& ip, const std::string& restored = "0") {
    return *checked_values({{"ip", ip}, {"restored", restored}}, {});
  }

  std::string take_log() {
    std::string out;
    for (const auto& line : std::exchange(lines_, {})) {
      out += line.text + "|";
    }
    return out;
  }

  Surroundings around_;
  ScriptedShell shell_;
  std::vector<LogLine> lines_;
  Log log_{[this](LogLine line) { lines_.push_back(std::move(line)); }};
};

TEST_F(CommandActions, StartEachFamilyWhenItIsFirstNeeded) {
  auto action = made({{"kind?family=inet6", "six"}});
  EXPECT_EQ(action.start(), Outcome::done);
  EXPECT_EQ(shell_.take(), "");
  action.ban(values("192.0.2.7"));
  action.ban(values("192.0.2.8"));
  EXPECT_EQ(shell_.take(), "start any;ban 192.0.2.7;ban 192.0.2.8;");
  action.ban(values("2001:db8::7"));
  EXPECT_EQ(shell_.take(), "start six;ban 2001:db8::7;");
  action.stop();
  EXPECT_EQ(shell_.take(), "stop any;stop six;");
}

TEST_F(CommandActions, RunTheSameCommandOfTwoFamiliesOnce) {
  auto action = made({{"other?family=inet6", "six"}});
  action.ban(values("192.0.2.7"));
  action.ban(values("2001:db8::7"));
  action.stop();
  EXPECT_EQ(shell_.take(), "start any;ban 192.0.2.7;ban 2001:db8::7;stop any;");
}

TEST_F(CommandActions, RepairOnceAndTryAgain) {
  auto action = made({{"actionrepair", "repair"}});
  action.start();
  shell_.take();
  shell_.broken = {"ban 192"};
  EXPECT_EQ(action.ban(values("192.0.2.7")), Outcome::failed);
  EXPECT_EQ(shell_.take(), "ban 192.0.2.7;check any;ban 192.0.2.7;");
  EXPECT_FALSE(action.take_rebuilt());
  shell_.broken = {"ban 192", "check"};
  EXPECT_EQ(action.ban(values("192.0.2.7")), Outcome::failed);
  EXPECT_EQ(shell_.take(), "ban 192.0.2.7;check any;repair;check any;");
  EXPECT_TRUE(action.take_rebuilt());
  EXPECT_EQ(take_log().substr(0, 60),
            "Failed to execute ban jail 'mail' action 'act' info 'ActionI");
}

TEST_F(CommandActions, UnbanNothingThatTheyHoldNoBansOf) {
  auto action = made();
  action.start();
  shell_.take();
  EXPECT_EQ(action.unban(values("192.0.2.7")), Outcome::skipped);
  EXPECT_EQ(shell_.take(), "");
  action.resume({{"inet4", 3}});
  EXPECT_EQ(action.unban(values("192.0.2.7")), Outcome::done);
  EXPECT_EQ(shell_.take(), "unban 192.0.2.7;");
}

TEST_F(CommandActions, LeaveRestoredBansOutWhereNorestoredSaysSo) {
  auto action = made({{"norestored", "True"}});
  EXPECT_EQ(action.ban(values("192.0.2.7", "1")), Outcome::skipped);
  EXPECT_EQ(shell_.take(), "");
  EXPECT_EQ(action.ban(values("192.0.2.7")), Outcome::done);
}

TEST_F(CommandActions, ProlongAndFlushOnlyWhereTheyCan) {
  auto plain = made();
  EXPECT_EQ(plain.prolong(values("192.0.2.7")), Outcome::skipped);
  EXPECT_EQ(plain.flush(true), Outcome::unban_each);
  auto able = made({{"actionprolong", "long <ip>"}, {"actionflush", "flush"}});
  able.ban(values("192.0.2.7"));
  shell_.take();
  EXPECT_EQ(able.prolong(values("192.0.2.7")), Outcome::done);
  EXPECT_EQ(able.flush(true), Outcome::done);
  EXPECT_EQ(able.unban(values("192.0.2.7")), Outcome::skipped);
  EXPECT_EQ(shell_.take(), "long 192.0.2.7;flush;");
  EXPECT_EQ(take_log(), "");
}

TEST_F(CommandActions, KeepWhatIsStartedOverAReload) {
  auto action = made();
  action.start();
  shell_.take();
  EXPECT_EQ(action.reload(spec_of({{"actionreload", "reload"}, {"kind", "new"}})), Outcome::done);
  action.stop();
  EXPECT_EQ(shell_.take(), "reload;stop new;");
}

TEST_F(CommandActions, TellTheFailureOfAStart) {
  auto action = made();
  shell_.broken = {"start"};
  EXPECT_EQ(action.start(), Outcome::failed);
  EXPECT_EQ(take_log(),
            "Failed to start jail 'mail' action 'act': Error starting action Jail('mail')/act: "
            "'Script error'|");
  EXPECT_EQ(action.take_exit_code(), 1);
}

}  // namespace
}  // namespace spranga::action_runner
