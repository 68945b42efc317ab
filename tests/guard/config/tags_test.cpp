#include "guard/config/tags.h"

#include <gtest/gtest.h>

#include <string>

namespace spranga::guard::config {
namespace {

Result<std::optional<Value>> nothing(const std::string& /*name*/) {
  return std::optional<Value>();
}

Section options(std::initializer_list<std::pair<const char*, const char*>> rows) {
  Section out;
  int line = 0;
  for (const auto& [name, value] : rows) {
    out.set(name, text_value(value, {std::make_shared<const std::string>("f"), ++line}));
  }
  return out;
}

TEST(Tags, AreFilledInNestedOnesToo) {
  Problems problems;
  const auto out = substitute_tags(
      options({{"x", "<re-<mode>> <HOST>"}, {"mode", "more"}, {"re-more", "m <y>"}, {"y", "Y"}}),
      {},
      nothing,
      problems);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->find("x")->str(), "m Y <HOST>");
}

TEST(Tags, LeaveUnknownOnesAndRedirectionsAlone) {
  Problems problems;
  const auto out = substitute_tags(
      options({{"x", "cat < in > out <ip> <two words> <> <"}}), {}, nothing, problems);
  EXPECT_EQ(out->find("x")->str(), "cat < in > out <ip> <two words> <> <");
}

TEST(Tags, ThatAreIgnoredStay) {
  Problems problems;
  const auto out = substitute_tags(
      options({{"x", "<a> <b>"}, {"a", "<b>"}, {"b", "B"}}), {"a"}, nothing, problems);
  EXPECT_EQ(out->find("x")->str(), "<a> B");
  EXPECT_EQ(out->find("a")->str(), "<b>");
}

TEST(Tags, ThatLeadBackAreAnErrorWithItsPlace) {
  for (const auto& circle :
       {options({{"a", "<b>"}, {"b", "<a>"}}), options({{"a", "x <a>"}, {"b", ""}})}) {
    Problems problems;
    EXPECT_FALSE(substitute_tags(circle, {}, nothing, problems));
    ASSERT_EQ(problems.list.size(), 1U);
    EXPECT_EQ(problems.list.front().file, "f");
    EXPECT_GT(problems.list.front().line, 0);
  }
}

TEST(Tags, ThatDoubleEndAtALimit) {
  Section rows;
  for (int i = 0; i < 60; ++i) {
    const auto next = "<t" + std::to_string(i + 1) + ">";
    rows.set("t" + std::to_string(i), text_value(next + next));
  }
  rows.set("t60", text_value("xxxxxxxxxx"));
  Problems problems;
  EXPECT_FALSE(substitute_tags(rows, {}, nothing, problems));
}

TEST(Tags, KeepThePlacesOfWhatIsFilledIn) {
  Problems problems;
  const auto out = substitute_tags(options({{"x", "a <y> b"}, {"y", "Y"}}), {}, nothing, problems);
  const auto& text = out->find("x")->text;
  EXPECT_EQ(text.place_at(0).line, 1);
  EXPECT_EQ(text.place_at(2).line, 2);
  EXPECT_EQ(text.place_at(4).line, 1);
}

}  // namespace
}  // namespace spranga::guard::config
