#include "guard/config/ini_file.h"

#include <gtest/gtest.h>

#include <string>

namespace spranga::guard::config {
namespace {

const Value* value_of(const IniFile& file, std::string_view section, std::string_view option) {
  const auto* found = file.sections.find(section);
  return found == nullptr ? nullptr : found->find(option);
}

std::string text_of(const IniFile& file, std::string_view section, std::string_view option) {
  const auto* value = value_of(file, section, option);
  return value == nullptr ? "<none>" : value->str();
}

TEST(IniFile, KnowsTheLineOfEachLineOfAValue) {
  const auto file = parse_ini("[a]\nx = one\n  two\n\n  # comment\n  three\ny = 1\n", "f");
  ASSERT_TRUE(file.faults.empty());
  const auto* value = value_of(file, "a", "x");
  ASSERT_NE(value, nullptr);
  EXPECT_EQ(value->str(), "one\ntwo\n\nthree");
  const auto lines = value->text.lines();
  EXPECT_EQ(lines[0].place_at(0).line, 2);
  EXPECT_EQ(lines[1].place_at(0).line, 3);
  EXPECT_EQ(lines[3].place_at(0).line, 6);
  EXPECT_EQ(value_of(file, "a", "y")->written.line, 7);
  EXPECT_EQ(*value->written.file, "f");
}

TEST(IniFile, TakesOnlyASemicolonBehindABlankForAComment) {
  const auto file =
      parse_ini("[a]\nx = 1 ; gone\ny = 1;stays # stays\n; gone\n # gone\nz = 3\n", "f");
  EXPECT_EQ(text_of(file, "a", "x"), "1");
  EXPECT_EQ(text_of(file, "a", "y"), "1;stays # stays");
  EXPECT_EQ(text_of(file, "a", "z"), "3");
}

TEST(IniFile, LowersNamesAndTakesAColonToo) {
  const auto file = parse_ini("[A b]\nMaxRetry : 5\nx=a:b=c\n", "f");
  EXPECT_EQ(text_of(file, "A b", "maxretry"), "5");
  EXPECT_EQ(text_of(file, "A b", "x"), "a:b=c");
}

TEST(IniFile, ReadsEveryKindOfLineEnd) {
  const auto file = parse_ini("[a]\r\nx = 1\r  2\r\ny = 3", "f");
  EXPECT_EQ(text_of(file, "a", "x"), "1\n2");
  EXPECT_EQ(text_of(file, "a", "y"), "3");
}

TEST(IniFile, GoesByTheLastBracketOfAHeader) {
  const auto file = parse_ini("[a]b] x\ny = 1\n", "f");
  EXPECT_EQ(text_of(file, "a]b", "y"), "1");
}

struct Broken {
  std::string text;
  IniFault::Kind kind;
  int line;
  std::string python;
};

TEST(IniFile, SaysWhatIsWrongAsPythonDoesAndWhere) {
  using enum IniFault::Kind;
  const Broken broken[] = {
      {"[a]\nx = 1\nX = 2\n",
       duplicate_option,
       3,
       "While reading from 'f' [line  3]: option 'x' in section 'a' already exists"},
      {"[a]\n[b]\n[a]\n",
       duplicate_section,
       3,
       "While reading from 'f' [line  3]: section 'a' already exists"},
      {"x = 1\n[a]\n",
       no_section_yet,
       1,
       "File contains no section headers.\nfile: 'f', line: 1\n'x = 1\\n'"},
      {"[a]\nnonsense\n= 1\n",
       no_option,
       2,
       "Source contains parsing errors: 'f'\n\t[line  2]: 'nonsense\\n'\n\t[line  3]: '= 1\\n'"},
      {"\xEF\xBB\xBF[a]\n",
       no_section_yet,
       1,
       "File contains no section headers.\nfile: 'f', line: 1\n'\\ufeff[a]\\n'"},
  };
  for (const auto& each : broken) {
    const auto file = parse_ini(each.text, "f");
    const auto* fault = fatal_fault(file);
    ASSERT_NE(fault, nullptr) << each.text;
    EXPECT_EQ(fault->kind, each.kind) << each.text;
    EXPECT_EQ(fault->line, each.line) << each.text;
    EXPECT_EQ(python_message(file), each.python);
    EXPECT_FALSE(explain(*fault).empty());
  }
}

TEST(IniFile, GoesOnBehindAFaultWithTheLaterValue) {
  const auto file = parse_ini("[a]\nx = 1\nx = 2\n[b]\ny = 3\n", "f");
  EXPECT_EQ(file.faults.size(), 1U);
  EXPECT_EQ(text_of(file, "a", "x"), "2");
  EXPECT_EQ(text_of(file, "b", "y"), "3");
}

TEST(IniFile, AllowsTheDefaultsTwice) {
  const auto file = parse_ini("[DEFAULT]\nx = 1\n[a]\n[DEFAULT]\ny = 2\n", "f");
  EXPECT_TRUE(file.faults.empty());
  EXPECT_EQ(file.defaults.size(), 2U);
}

TEST(IniFile, MeetsBrokenUtf8BeforeTheLinesOfTheSameBlock) {
  const auto near = parse_ini("[a]\nx = 1\nx = 2\ny = \xff\n", "f");
  EXPECT_EQ(fatal_fault(near)->kind, IniFault::Kind::not_utf8);
  const auto far = parse_ini("[a]\nx = 1\nx = 2\n" + std::string(9000, '#') + "\ny = \xff\n", "f");
  EXPECT_EQ(fatal_fault(far)->kind, IniFault::Kind::duplicate_option);
}

}  // namespace
}  // namespace spranga::guard::config
