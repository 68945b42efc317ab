#include "guard/config/parameters.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace spranga::guard::config {
namespace {

std::string parsed(std::string_view text) {
  const auto reference = parse_reference(text, {});
  if (!reference) {
    return "ERROR: " + reference.error().detail;
  }
  auto out = reference->name;
  for (const auto& [name, value] : reference->parameters) {
    out += "|" + name + "=" + value.str();
  }
  return out;
}

std::vector<std::string> pieces(std::string_view text) {
  std::vector<std::string> out;
  const auto split = split_references(Traced(text, {}));
  for (const auto& piece : split ? *split : std::vector<Traced>()) {
    out.push_back(piece.text());
  }
  return out;
}

TEST(Reference, KnowsThreeWaysToQuote) {
  EXPECT_EQ(parsed("sshd"), "sshd");
  EXPECT_EQ(parsed("a[b=1, c=\"x, ]y\", d='q\"r', e = , f= two words ]"),
            "ERROR: expected option, wrong syntax at 24:  e = , f= two words ");
  EXPECT_EQ(parsed("a[b=1, c=\"x, ]y\", d='q\"r', e=, f= two words ]"),
            "a|b=1|c=x, ]y|d=q\"r|e=|f=two words");
  EXPECT_EQ(parsed("a[b=\"open]"), "a|b=\"open");
}

TEST(Reference, TakesSeveralGroups) {
  EXPECT_EQ(parsed("a[b=1][c=2] [d=3]"), "a|b=1|c=2|d=3");
  EXPECT_EQ(parsed("a[]"), "a");
  EXPECT_EQ(parsed("a[b=1,]"), "a|b=1");
  EXPECT_EQ(parsed("a[b=1][b=2]"), "a|b=2");
}

TEST(Reference, NamesThePlaceOfGarbage) {
  EXPECT_EQ(parsed("a[b=\"c\"d, e=f]"), "ERROR: unexpected syntax at 5 after option 'b': d, e=f");
  EXPECT_EQ(parsed("a[b=1, c]"), "ERROR: expected option, wrong syntax at 4:  c");
  EXPECT_EQ(parsed("a[\u00e9=1, \u20ac=2]"),
            "ERROR: expected option, wrong syntax at 4:  \u20ac=2");
  EXPECT_EQ(parsed("a[b=1]c"), "ERROR: unexpected option syntax");
  EXPECT_EQ(parsed("[b=1]"), "ERROR: unexpected option syntax");
  EXPECT_EQ(parsed(""), "ERROR: unexpected option syntax");
}

TEST(Reference, HasNoConditionsInBrackets) {
  EXPECT_EQ(parsed("a[b?family=inet6=1]"),
            "ERROR: expected option, wrong syntax at 0: b?family=inet6=1");
}

TEST(References, AreDividedByBlanksOutsideOfBrackets) {
  EXPECT_EQ(pieces("a b[x=1, y=\"2 3\"]\n  c [z=1]"),
            (std::vector<std::string>{"a", "b[x=1, y=\"2 3\"]", "c [z=1]"}));
  EXPECT_EQ(pieces("a[x=1]\n  [y=2] b"), (std::vector<std::string>{"a[x=1]\n  [y=2]", "b"}));
  EXPECT_EQ(pieces(""), std::vector<std::string>());
}

TEST(References, WithBracketsThatDoNotCloseEndAtTheNextBlank) {
  EXPECT_EQ(pieces("a[x=1 y=2"), (std::vector<std::string>{"a[x=1", "y=2"}));
  EXPECT_EQ(pieces("a[x=1]y b"), (std::vector<std::string>{"a[x=1]y", "b"}));
  EXPECT_EQ(pieces("[x] a"), (std::vector<std::string>{"[x]", "a"}));
}

TEST(References, ThatInviteBacktrackingAreDividedInTime) {
  std::string equals = "a[";
  std::string quotes = "a[";
  std::string blanks = "a[x=";
  for (int i = 0; i < 5'000; ++i) {
    equals += "b=";
    quotes += "b=\"";
    blanks += ' ';
  }
  for (const auto& text : {equals, quotes, blanks, blanks + "y b[" + equals + "] c["}) {
    const auto begin = std::chrono::steady_clock::now();
    static_cast<void>(split_references(Traced(text, {})));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  }
}

}  // namespace
}  // namespace spranga::guard::config
