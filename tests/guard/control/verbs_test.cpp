#include "guard/control/verbs.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "guard/control/split_words.h"
#include "guard/pickle/python_text.h"
#include "tests/support/scripted_guard.h"

namespace spranga::guard::control {
namespace {

using namespace std::chrono_literals;

class Verbs : public ::testing::Test {
protected:
  Verbs() {
    guard_.make("sshd");
    guard_.make("apache");
  }

  std::string ask(const Value& command, uid_t uid = 0) {
    last_ = answer(guard_, {1, uid, 0}, command);
    return pickle::repr(last_.value);
  }

  std::string ask(const std::string& line, uid_t uid = 0) {
    return ask(Value::list(*split_words(line)), uid);
  }

  test::ScriptedGuard guard_;
  Reply last_;
};

TEST_F(Verbs, AnswerWithTheTypesOfFail2ban) {
  EXPECT_EQ(ask("ping"), "(0, 'pong')");
  EXPECT_EQ(ask("status"), "(0, [('Number of jail', 2), ('Jail list', 'apache, sshd')])");
  EXPECT_EQ(ask("status sshd short"),
            "(0, [('Filter', [('Currently failed', 0), ('Total failed', 0), ('File list', [])]), "
            "('Actions', [('Currently banned', 0), ('Total banned', 0)])])");
  EXPECT_EQ(ask("get sshd datepattern"), "(0, (None, 'Default Detectors'))");
  EXPECT_EQ(ask("get sshd ignorecommand"), "(0, False)");
  EXPECT_EQ(ask("get dbpurgeage"), "(0, 86400)");
  EXPECT_EQ(ask("get thread"), "(0, {'stacksize': 0})");
}

TEST_F(Verbs, BanAndUnbanAndSayHowMany) {
  EXPECT_EQ(ask("set sshd banip 192.0.2.1 192.0.2.2"), "(0, 2)");
  EXPECT_EQ(ask("set sshd banip 192.0.2.1"), "(0, 0)");
  EXPECT_EQ(ask("banned"), "(0, [{'sshd': ['192.0.2.1', '192.0.2.2']}, {'apache': []}])");
  EXPECT_EQ(ask("banned 192.0.2.1 192.0.2.9"), "(0, [['sshd'], []])");
  EXPECT_EQ(ask("get sshd banned 192.0.2.1"), "(0, 1)");
  EXPECT_EQ(ask("get sshd banned 192.0.2.1 192.0.2.9"), "(0, [1, 0])");
  EXPECT_EQ(ask("get sshd banip --with-time"),
            "(0, ['192.0.2.2 \\t[1700000000] + 600 = [1700000600]', "
            "'192.0.2.1 \\t[1700000000] + 601 = [1700000601]'])");
  EXPECT_EQ(ask("set sshd unbanip 192.0.2.9"), "(0, 0)");
  EXPECT_EQ(ask("set sshd unbanip --report-absent 192.0.2.2 192.0.2.9"),
            "(1, ValueError(\"not banned: ['192.0.2.9']\"))");
  EXPECT_EQ(ask("unban --all"), "(0, 1)");
}

TEST_F(Verbs, ListBansByTheirEnds) {
  static_cast<void>(ask("set sshd bantime -1"));
  static_cast<void>(ask("set sshd banip 192.0.2.1"));
  static_cast<void>(ask("set sshd bantime 10m"));
  static_cast<void>(ask("set sshd banip 192.0.2.2"));
  EXPECT_EQ(ask("get sshd banip"), "(0, ['192.0.2.2', '192.0.2.1'])");
  EXPECT_NE(ask("get sshd banip --with-time").find("+ -1 = 9999-12-31 23:59:59"),
            std::string::npos);
}

TEST_F(Verbs, RaiseWhatFail2banRaises) {
  EXPECT_EQ(ask("status nix"), "(1, UnknownJailException('nix'))");
  EXPECT_EQ(ask("set nix findtime"), "(1, IndexError('list index out of range'))");
  EXPECT_EQ(ask("set nix maxretry x"),
            "(1, ValueError(\"invalid literal for int() with base 10: 'x'\"))");
  EXPECT_EQ(ask("set nix findtime x"), "(1, UnknownJailException('nix'))");
  EXPECT_EQ(ask("set sshd nothing 1"),
            "(1, Exception(\"Invalid command 'nothing' (no set action or not yet implemented)\"))");
  EXPECT_EQ(ask("get sshd nothing"),
            "(1, Exception('Invalid command (no get action or not yet implemented)'))");
  EXPECT_EQ(ask("nothing"), "(1, Exception('Invalid command'))");
  EXPECT_EQ(ask("unban"), "(1, Exception('Invalid command'))");
  EXPECT_EQ(ask("add --all"), "(1, Exception(\"Reserved name '--all'\"))");
  EXPECT_EQ(ask("get sshd action x y"), "(1, KeyError('Invalid Action name: x'))");
  EXPECT_EQ(ask("set sshd maxlines 0"),
            "(1, ValueError('maxlines must be integer greater than zero'))");
  EXPECT_EQ(ask(Value::list()), "(1, IndexError('list index out of range'))");
}

TEST_F(Verbs, TakeAnyKindOfValueWithoutFalling) {
  EXPECT_EQ(ask(Value::of(1)), "(1, TypeError('a command is a list'))");
  EXPECT_EQ(ask(Value::list({Value::list()})), "(1, Exception('Invalid command'))");
  EXPECT_EQ(ask(Value::list({Value::of("set"), Value::none(), Value::dict()})),
            "(1, Exception('Invalid command {} (no set action or not yet implemented)'))");
  EXPECT_EQ(
      ask(Value::list({Value::of("set"), Value::of("sshd"), Value::of("maxretry"), Value::list()})),
      "(1, TypeError('int() argument must be a string, a bytes-like object or a real "
      "number'))");
  EXPECT_EQ(
      ask(Value::list({Value::of("set"), Value::of("sshd"), Value::of("maxretry"), Value::of(7)})),
      "(0, 7)");
}

TEST_F(Verbs, ReadTimesAndBooleans) {
  EXPECT_EQ(ask("set sshd findtime 1d12h"), "(0, 129600)");
  EXPECT_EQ(ask("set sshd findtime 1.5"), "(0, 1.5)");
  EXPECT_EQ(ask("set sshd bantime 1mo"), "(0, 2629800)");
  EXPECT_EQ(ask("set sshd ignoreself no"), "(0, False)");
  EXPECT_EQ(ask("set sshd bantime.maxtime 1h"), "(0, 3600)");
  EXPECT_EQ(ask("set sshd bantime.increment yes"), "(0, True)");
  EXPECT_EQ(ask("set sshd bantime.factor 2"), "(0, '2')");
  EXPECT_EQ(ask("set sshd bantime.factor ''"), "(0, None)");
  EXPECT_EQ(ask("set sshd usedns nothing"), "(0, 'no')");
  EXPECT_EQ(ask("set sshd ignorecache 'key=\"<ip>\", max-count=7, max-time=5m'"),
            "(0, ['<ip>', 7, 300])");
  EXPECT_EQ(ask("set sshd ignorecache 'max-count=7'"), "(1, KeyError('key'))");
  EXPECT_EQ(ask("set sshd ignorecache ''"), "(0, None)");
}

TEST_F(Verbs, AddAndRemoveWhatAreLists) {
  EXPECT_EQ(ask("set sshd addignoreip 192.0.2.1 '' 192.0.2.2"), "(0, ['192.0.2.1', '192.0.2.2'])");
  EXPECT_EQ(ask("set sshd delignoreip 192.0.2.1"), "(0, ['192.0.2.2'])");
  EXPECT_EQ(ask("set sshd addlogpath /a TAIL"), "(0, ['/a'])");
  EXPECT_EQ(ask("set sshd addlogpath /a middle"),
            "(1, ValueError(\"File option must be 'head' or 'tail'\"))");
  EXPECT_EQ(ask("set sshd addlogpath a b c"),
            "(1, ValueError('Only one file can be added at a time'))");
  EXPECT_EQ(ask("set sshd addlogpath /none"),
            "(1, FileNotFoundError(2, 'No such file or directory'))");
  EXPECT_EQ(ask("set sshd addjournalmatch A=b C=d"), "(0, [['A=b', 'C=d']])");
  EXPECT_EQ(ask("set sshd addfailregex x"), "(0, ['x'])");
  EXPECT_EQ(ask("set sshd delfailregex 0"), "(0, [])");
  EXPECT_EQ(ask(Value::list({Value::of("multi-set"),
                             Value::of("sshd"),
                             Value::of("addfailregex"),
                             Value::list({Value::of("x"), Value::of("y")})})),
            "(0, True)");
  EXPECT_EQ(ask("get sshd failregex"), "(0, ['x', 'y'])");
}

TEST_F(Verbs, ThatDefineCommandsAreForRootAlone) {
  const std::string denied =
      "(1, PermissionError('only root may give the server commands to run'))";
  EXPECT_EQ(ask("set sshd addaction a", 1000), denied);
  EXPECT_EQ(ask("set sshd ignorecommand /bin/x", 1000), denied);
  EXPECT_EQ(ask("set sshd action a actionban x", 1000), denied);
  EXPECT_EQ(ask("multi-set sshd action a", 1000), denied);
  EXPECT_EQ(ask("set sshd addaction a"), "(0, 'a')");
  EXPECT_EQ(ask("set sshd action a actionban 'x <ip>'"), "(0, 'x <ip>')");
  EXPECT_EQ(ask("get sshd action a actionban", 1000), "(0, 'x <ip>')");
  EXPECT_EQ(ask("set sshd banip 192.0.2.1", 1000), "(0, 1)");
  EXPECT_FALSE(defines_commands(
      Value::list({Value::of("set"), Value::of("logtarget"), Value::of("action")})));
}

TEST_F(Verbs, CallAnActionsMethodsAndSetItsProperties) {
  static_cast<void>(ask("set sshd addaction a"));
  EXPECT_EQ(ask("set sshd action a flush"), "(0, True)");
  EXPECT_EQ(ask("set sshd action a ban '{}'"), "(0, None)");
  EXPECT_EQ(ask("get sshd action a nothing"),
            "(1, AttributeError(\"'CommandAction' object has no attribute 'nothing'\"))");
  EXPECT_EQ(ask("set sshd action a own value"), "(0, 'value')");
  EXPECT_EQ(ask(Value::list({Value::of("multi-set"),
                             Value::of("sshd"),
                             Value::of("action"),
                             Value::of("a"),
                             Value::list({Value::list({Value::of("actionban"), Value::of("b")}),
                                          Value::list({Value::of("flush")})})})),
            "(0, True)");
  EXPECT_EQ(ask("set sshd delaction a"), "(0, None)");
  EXPECT_EQ(ask("set sshd delaction a"), "(1, KeyError('Invalid Action name: a'))");
}

TEST_F(Verbs, SayWhatIsToBeReloaded) {
  const auto reload = [](const char* jail, const Value& options) {
    return Value::list({Value::of("reload"), Value::of(jail), options, Value::list()});
  };
  EXPECT_EQ(ask(reload("--all", Value::list({Value::of("--unban")}))), "(0, 'OK')");
  EXPECT_EQ(ask(reload("nix", Value::list())), "(1, UnknownJailException('nix'))");
  EXPECT_EQ(ask(reload("nix", Value::list({Value::of("--if-exists")}))), "(0, 'OK')");
  EXPECT_EQ(guard_.reloads, (std::vector<std::string>{" unban", "nix if-exists"}));
}

TEST_F(Verbs, HoldTheReplyOfASleepBack) {
  EXPECT_EQ(ask("sleep 0.5"), "(0, None)");
  EXPECT_EQ(last_.after, 500ms);
  EXPECT_EQ(ask("sleep 1e9"), "(0, None)");
  EXPECT_EQ(last_.after, longest_sleep);
  EXPECT_EQ(ask("sleep x"), "(1, ValueError(\"could not convert string to float: 'x'\"))");
}

TEST_F(Verbs, SayForTheLogWhatHasFailed) {
  static_cast<void>(ask("status nix"));
  EXPECT_EQ(last_.log,
            "Command ['status', 'nix'] has failed. Received UnknownJailException('nix')");
  static_cast<void>(ask("status"));
  EXPECT_EQ(last_.log, "");
}

TEST_F(Verbs, StopEndsTheServerOrAJail) {
  EXPECT_EQ(ask("stop sshd"), "(0, None)");
  EXPECT_EQ(ask("stop sshd"), "(1, UnknownJailException('sshd'))");
  EXPECT_FALSE(guard_.stopped);
  EXPECT_EQ(ask("stop"), "(0, None)");
  EXPECT_TRUE(guard_.stopped);
}

}  // namespace
}  // namespace spranga::guard::control
