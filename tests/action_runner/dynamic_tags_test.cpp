#include "action_runner/dynamic_tags.h"

#include <gtest/gtest.h>

#include "action_runner/quoting.h"

namespace spranga::action_runner {
namespace {

Values values_of(const std::string& user, const std::string& matches = "") {
  return *checked_values({{"ip", "192.0.2.7"}, {"matches", matches}}, {{"user", user}});
}

std::optional<std::string> nothing(std::string_view tag) {
  return tag == "br" ? std::optional<std::string>("\n") : std::nullopt;
}

Command command(std::string_view text, const std::string& user, const std::string& matches = "") {
  return with_values(text, values_of(user, matches), nothing);
}

TEST(DynamicTags, PutHarmlessValuesIntoTheText) {
  EXPECT_EQ(command("ban <ip> <family> '<F-USER>'<br>", "root"),
            (Command{"ban 192.0.2.7 inet4 'root'\n", {}}));
}

TEST(DynamicTags, HandOthersAsArguments) {
  EXPECT_EQ(command("x \"<matches>\" <F-USER>", "$(id)", "a\nb"),
            (Command{"f2bV_matches=$0 f2bV_F_user=$1 \nx \"$f2bV_matches\" $f2bV_F_user",
                     {"a\nb", "$(id)"}}));
}

TEST(DynamicTags, NeverLookForTagsInValues) {
  EXPECT_EQ(command("x <F-USER>", "<ip>"), (Command{"f2bV_F_user=$0 \nx $f2bV_F_user", {"<ip>"}}));
}

TEST(DynamicTags, PutBlanksIntoTheTextOnlyWithinSingleQuotes) {
  EXPECT_EQ(command("A=<F-USER>", "x reboot"),
            (Command{"f2bV_F_user=$0 \nA=$f2bV_F_user", {"x reboot"}}));
  EXPECT_EQ(command("say '<F-USER>'", "two words"), (Command{"say 'two words'", {}}));
  EXPECT_EQ(command("<F-USER> cmd", "PATH=/tmp"),
            (Command{"f2bV_F_user=$0 \n$f2bV_F_user cmd", {"PATH=/tmp"}}));
  EXPECT_EQ(command("say '<F-USER>'", "it's"),
            (Command{"f2bV_F_user=$0 \nsay '$f2bV_F_user'", {"it's"}}));
}

TEST(DynamicTags, KeepAVariableApartFromWhatFollows) {
  EXPECT_EQ(command("<F-USER>s <F-USER>.", "a b").text,
            "f2bV_F_user=$0 \n${f2bV_F_user}s $f2bV_F_user.");
}

TEST(DynamicTags, KnowFieldsByTheirOtherNames) {
  auto values = values_of("root");
  values.fields["fid"] = "17";
  values.fields["fport"] = "22";
  EXPECT_EQ(with_values("<F-ID> <F-PORT> <F-NONE>. <F-bad> <F->", values, nothing).text,
            "17 22 . <F-bad> <F->");
}

TEST(DynamicTags, CountBeyondTheNinthArgument) {
  Values values;
  std::string text;
  for (const char c : std::string("abcdefghijkl")) {
    values.fields[std::string(1, c)] = "$";
    text += std::string("<F-") + static_cast<char>(c - 32) + ">";
  }
  const auto out = with_values(text, values, nothing);
  EXPECT_EQ(out.arguments.size(), 12U);
  EXPECT_NE(out.text.find("f2bV_F_k=${10} f2bV_F_l=${11} \n"), std::string::npos) << out.text;
}

TEST(DynamicTags, GiveACheckOnlyTheFamily) {
  EXPECT_EQ(with_family("c <family> <ip> <F-USER>|<br>", "inet6", nothing), "c inet6 <ip> |\n");
}

TEST(DynamicTags, AreLoggedAsPythonPrintsThem) {
  EXPECT_EQ(to_log_text({"a b", {}}), "a b");
  EXPECT_EQ(to_log_text({"x=$0 \na", {"it's\x1b"}}), "['x=$0 \\na', \"it's\\x1b\"]");
}

bool quoted_at_end(std::string_view text) {
  Quoting quoting;
  quoting.feed(text);
  return quoting.in_single_quotes();
}

TEST(Quoting, FollowsTheShell) {
  EXPECT_TRUE(quoted_at_end("a '"));
  EXPECT_TRUE(quoted_at_end("a '\\"));
  EXPECT_FALSE(quoted_at_end("a 'b' "));
  EXPECT_FALSE(quoted_at_end("a \\'"));
  EXPECT_FALSE(quoted_at_end("a \"it's"));
  EXPECT_TRUE(quoted_at_end("a \"$(b '"));
  EXPECT_TRUE(quoted_at_end("a \"`b '"));
  EXPECT_FALSE(quoted_at_end("a \"$(b 'c')'"));
  EXPECT_FALSE(quoted_at_end("a # don't\n"));
  EXPECT_TRUE(quoted_at_end("a#don't "));
  EXPECT_TRUE(quoted_at_end("( a ) '"));
  EXPECT_TRUE(quoted_at_end("case x in a) '"));
}

}  // namespace
}  // namespace spranga::action_runner
