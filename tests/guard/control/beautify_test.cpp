#include "guard/control/beautify.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "guard/control/split_words.h"
#include "guard/control/stream.h"

namespace spranga::guard::control {
namespace {

using config::Term;
using pickle::Value;

std::string shown(const std::string& line, const Value& reply) {
  const auto words = split_words(line);
  const auto out = beautify(Value::list(*words).items, reply);
  return (out.failed ? "failed: " : "") + out.text;
}

Value row(const char* name, Value value) {
  return Value::tuple({Value::of(name), std::move(value)});
}

TEST(Beautify, DrawsTheStatusOfAJail) {
  const auto reply = Value::list(
      {row("Filter",
           Value::list({row("Currently failed", Value::of(1)),
                        row("File list", Value::list({Value::of("/a"), Value::of("/b")}))})),
       row("Actions",
           Value::list(
               {row("Total banned", Value::of(2)), row("Banned IP list", Value::list())}))});
  EXPECT_EQ(
      shown("status sshd", reply),
      "Status for the jail: sshd\n|- Filter\n|  |- Currently failed:\t1\n|  `- File list:\t/a /b\n"
      "`- Actions\n   |- Total banned:\t2\n   `- Banned IP list:\t");
}

TEST(Beautify, DrawsTheStatusOfTheServer) {
  const auto reply =
      Value::list({row("Number of jail", Value::of(2)), row("Jail list", Value::of("a, b"))});
  EXPECT_EQ(shown("status", reply), "Status\n|- Number of jail:\t2\n`- Jail list:\ta, b");
}

TEST(Beautify, PrintsWhatHasNoFormAsPythonDoes) {
  EXPECT_EQ(shown("banned", Value::list({Value::dict({Value::of("sshd"), Value::list()})})),
            "[{'sshd': []}]");
  EXPECT_EQ(shown("set sshd banip 192.0.2.1", Value::of(1)), "1");
  EXPECT_EQ(shown("get sshd ignorecommand", Value::of(false)), "False");
  EXPECT_EQ(shown("get sshd prefregex", Value::of("")), "");
}

TEST(Beautify, SaysThatAReplyIsNotOfThePromisedKind) {
  EXPECT_EQ(shown("ping", Value::of(1)), "failed: 11");
  EXPECT_EQ(shown("get dbpurgeage", Value::of("x")),
            "failed: 'Current database purge age is:\\n''x'");
  EXPECT_EQ(shown("status sshd", Value::list({Value::of(1)})),
            "failed: ['Status for the jail: sshd'][1]");
  EXPECT_EQ(shown("get sshd ignoreip", Value::none()), "failed: NoneNone");
}

TEST(Beautify, JoinsAddressesWithTheSeparatorThatWasAskedFor) {
  const auto reply = Value::list({Value::of("192.0.2.1"), Value::of("192.0.2.2")});
  EXPECT_EQ(shown("get sshd banip", reply), "192.0.2.1 192.0.2.2");
  EXPECT_EQ(shown("get sshd banip ,", reply), "192.0.2.1,192.0.2.2");
  EXPECT_EQ(shown("get sshd banip --with-time", reply), "192.0.2.1\n192.0.2.2");
}

TEST(Beautify, SaysErrorsAsTheClientDoes) {
  EXPECT_EQ(beautify_error(Value::exception("UnknownJailException", {Value::of("x")})),
            "Sorry but the jail 'x' does not exist");
  EXPECT_EQ(beautify_error(Value::exception("IndexError", {Value::of("y")})),
            "Sorry but the command is invalid");
  EXPECT_EQ(beautify_error(Value::exception("DuplicateJailException", {Value::of("x")})),
            "The jail 'x' already exists");
  EXPECT_EQ(beautify_error(Value::exception("KeyError", {Value::of("x")})), "'x'");
}

TEST(SplitWords, SplitsAsAShellWould) {
  const auto words = split_words("  set 'a b' \"c \\\" \\n\" d\\ e ''");
  ASSERT_TRUE(words);
  EXPECT_EQ(*words, (std::vector<std::string>{"set", "a b", "c \" \\n", "d e", ""}));
  EXPECT_EQ(split_words("a 'b").error().detail, "No closing quotation");
  EXPECT_EQ(split_words("a\\").error().detail, "No escaped character");
}

TEST(Stream, SendsLiteralsAsWhatTheyAre) {
  const auto literal = [](const char* text) { return Term{Term::Kind::literal, text, {}, {}}; };
  const config::Commands commands = {
      Term::list({Term::of("set"),
                  literal("5"),
                  literal("None"),
                  literal("True"),
                  literal("2.5"),
                  Term{Term::Kind::dict, "", {Term::of("stacksize"), literal("0")}, {}}})};
  EXPECT_EQ(to_value(commands),
            Value::list({Value::list({Value::of("set"),
                                      Value::of(5),
                                      Value::none(),
                                      Value::of(true),
                                      Value::of(2.5),
                                      Value::dict({Value::of("stacksize"), Value::of(0)})})}));
}

}  // namespace
}  // namespace spranga::guard::control
