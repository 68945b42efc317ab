#include "guard/config/term.h"

#include <gtest/gtest.h>

#include <string>

#include "guard/config/dump.h"
#include "guard/config/shell_words.h"
#include "tests/guard/config/folder.h"

namespace spranga::guard::config {
namespace {

TEST(Term, PrintsAsAPythonObject) {
  Value number = text_value("5");
  number.kind = Value::Kind::integer;
  const auto term =
      Term::list({Term::of("set"), Term::of("it's"), Term::of(number), Term::of(none_value())});
  EXPECT_EQ(to_text(term), "['set', \"it's\", 5, None]");
  const Term dict{Term::Kind::dict, "", {Term::of("stacksize"), Term::of(number)}, {}};
  EXPECT_EQ(to_text(dict), "{'stacksize': 5}");
}

TEST(Term, IsBrokenAtAThousandColumns) {
  const std::string word(600, 'x');
  EXPECT_EQ(to_pretty_text(Term::list({Term::of("set"), Term::of(word), Term::of(word)})),
            "[ 'set',\n  '" + word + "',\n  '" + word + "']");
  EXPECT_EQ(to_pretty_text(Term::list({Term::of(word + " " + word + "\n" + word)})),
            "[ '" + word + " '\n  '" + word + "\\n'\n  '" + word + "']");
}

TEST(ShellWords, AreDividedAsByTheShell) {
  const auto words = split_shell_words("A=1 + 'B=2 3' \"C=\\\"4\\x\" \\'D '' E\"5\"'6'");
  ASSERT_TRUE(words);
  EXPECT_EQ(*words, (std::vector<std::string>{"A=1", "+", "B=2 3", "C=\"4\\x", "'D", "", "E56"}));
  EXPECT_FALSE(split_shell_words("'open"));
  EXPECT_FALSE(split_shell_words("end\\"));
}

TEST(Dump, EndsWhereFail2banEnds) {
  test::Folder folder;
  folder.put("fail2ban.conf", "[Definition]\nloglevel = LOUD\n").put("jail.conf", "[a]\n");
  DumpOptions options;
  options.compat = ban::Compat::v1_0;
  options.dump = true;
  const auto early = dump(folder.path(), options);
  EXPECT_EQ(early.early_error, "Invalid log level 'LOUD'");
  EXPECT_FALSE(early.commands);
  options.client["loglevel"] = "INFO";
  const auto good = dump(folder.path(), options);
  EXPECT_TRUE(good.good);
  ASSERT_TRUE(good.commands);
  EXPECT_EQ(good.commands->size(), 6U);
  folder.put("jail.local", "[a]\nenabled = %(no)s\n");
  const auto late = dump(folder.path(), options);
  EXPECT_FALSE(late.good);
  EXPECT_FALSE(late.commands);
  EXPECT_TRUE(late.early_error.empty());
}

TEST(Dump, SkipsAJailWithoutItsFilterButFailsTheTest) {
  test::Folder folder;
  folder.put("fail2ban.conf", "[Definition]\n");
  folder.put("filter.d/f.conf", "[Definition]\nfailregex = <HOST>\n");
  folder.put("jail.conf", "[a]\nenabled = 1\nfilter = none\n[b]\nenabled = 1\nfilter = f\n");
  DumpOptions options;
  options.compat = ban::Compat::v1_0;
  options.dump = true;
  const auto dumped = dump(folder.path(), options);
  EXPECT_TRUE(dumped.good);
  ASSERT_TRUE(dumped.commands);
  EXPECT_EQ(
      to_text((*dumped.commands)[6]),
      "['config-error', \"Jail 'a' skipped, because of wrong configuration: Unable to read the "
      "filter 'none'\"]");
  EXPECT_EQ(to_text(dumped.commands->back()), "['start', 'b']");
  options.test = true;
  EXPECT_FALSE(dump(folder.path(), options).good);
}

}  // namespace
}  // namespace spranga::guard::config
