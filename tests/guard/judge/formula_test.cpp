#include "guard/judge/formula.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace spranga::guard {
namespace {

double value(std::string_view text, const FormulaInput& input = {}) {
  const auto formula = Formula::parse(text);
  EXPECT_TRUE(formula) << text << ": " << (formula ? "" : formula.error().detail);
  const auto number = formula ? formula->value(input) : Result<Number>(Number{});
  EXPECT_TRUE(number) << text << ": " << (number ? "" : number.error().detail);
  return number ? number->value : -1;
}

bool parses(std::string_view text) {
  return Formula::parse(text).has_value();
}

bool computes(std::string_view text) {
  const auto formula = Formula::parse(text);
  return formula && formula->value({});
}

TEST(Formula, HasPythonsPrecedence) {
  EXPECT_EQ(value("1 + 2 * 3"), 7);
  EXPECT_EQ(value("(1 + 2) * 3"), 9);
  EXPECT_EQ(value("2 ** 3 ** 2"), 512);
  EXPECT_EQ(value("-2 ** 2"), -4);
  EXPECT_EQ(value("2 ** -1"), 0.5);
  EXPECT_EQ(value("1 << 2 + 1"), 8);
  EXPECT_EQ(value("10 - 3 - 2"), 5);
  EXPECT_EQ(value("100 / 10 / 2"), 5);
  EXPECT_EQ(value("1 < 2 < 3"), 1);
  EXPECT_EQ(value("3 > 2 > 2"), 0);
  EXPECT_EQ(value("not 0 and 5"), 5);
  EXPECT_EQ(value("0 or 7"), 7);
}

TEST(Formula, HasPythonsRemainderAndRounding) {
  EXPECT_EQ(value("-7 % 3"), 2);
  EXPECT_EQ(value("7 % -3"), -2);
  EXPECT_EQ(value("-7 // 2"), -4);
  EXPECT_EQ(value("round(2.5)"), 2);
  EXPECT_EQ(value("round(3.5)"), 4);
  EXPECT_EQ(value("int(-2.7)"), -2);
  EXPECT_DOUBLE_EQ(value("round(2.345, 1)"), 2.3);
}

TEST(Formula, KnowsTheBan) {
  const FormulaInput input{600, 3, {1, true}};
  EXPECT_EQ(value("ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor", input), 4800);
  EXPECT_NEAR(
      value("ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)", input),
      600 * 20.085536923,
      1e-3);
  EXPECT_EQ(value("max(ban.Time, min(ban.Count * 1000, 2500))", input), 2500);
}

TEST(Formula, ChoosesByACondition) {
  EXPECT_EQ(value("1 if ban.Count >= 2 else 2 if ban.Count == 1 else 3", {1, 1, {}}), 2);
  EXPECT_EQ(value("1 / 0 if 0 else 4"), 4);
}

TEST(Formula, ShiftsOnlyWholeNumbers) {
  EXPECT_FALSE(computes("1.5 << 2"));
  EXPECT_FALSE(computes("1 << 2.0"));
  EXPECT_FALSE(computes("1 << -1"));
  EXPECT_EQ(value("1 << int(2.0)"), 4);
  EXPECT_EQ(value("9 >> 1"), 4);
}

TEST(Formula, SaysWhatCannotBeComputed) {
  EXPECT_FALSE(computes("1 / 0"));
  EXPECT_FALSE(computes("1 % 0"));
  EXPECT_FALSE(computes("math.log(0)"));
  EXPECT_FALSE(computes("math.exp(10000)"));
  EXPECT_FALSE(computes("math.sqrt(-1)"));
}

TEST(Formula, LetsAComputationFailWhereANameIsUnknown) {
  for (const auto* text : {"a",
                           "ban.time",
                           "open(1)",
                           "random.random() * 2",
                           "math.exp",
                           "math.exp()",
                           "min(1)",
                           "ban.Time * (growth if growth else 1)"}) {
    EXPECT_TRUE(parses(text)) << text;
    EXPECT_FALSE(computes(text)) << text;
  }
  EXPECT_EQ(value("7 if ban.Count < 3 else growth", {1, 1, {}}), 7);
  EXPECT_EQ(Formula::parse("a + min(ban.Time, b.c())")->unknown_names(),
            (std::vector<std::string>{"a", "b.c"}));
}

TEST(Formula, MayHaveComments) {
  EXPECT_EQ(value("1 + 2 # and a half"), 3);
  EXPECT_EQ(value("(1 + # one\n 2)#"), 3);
  EXPECT_FALSE(parses("# nothing"));
}

TEST(Formula, UnderstandsNothingElse) {
  for (const auto* text : {"",
                           "1 +",
                           "(1",
                           "1)",
                           "a.",
                           ".a",
                           "a..b",
                           "else",
                           "a.if",
                           "open('x')",
                           "__import__('os')",
                           "a().b",
                           "1 if 2",
                           "1 2",
                           "3x",
                           "a b",
                           "min(1,2",
                           "1;2",
                           "[1]",
                           "lambda: 1"}) {
    EXPECT_FALSE(parses(text)) << text;
  }
}

TEST(Formula, HasLimits) {
  EXPECT_FALSE(parses(std::string(1000, '(') + "1" + std::string(1000, ')')));
  EXPECT_FALSE(parses(std::string(1000, '-') + "1"));
  EXPECT_FALSE(parses(std::string(Formula::max_length, ' ') + "1"));
  std::string sum = "1";
  for (int i = 0; i < 1000; ++i) {
    sum += "+1";
  }
  EXPECT_EQ(value(sum), 1001);
}

}  // namespace
}  // namespace spranga::guard
