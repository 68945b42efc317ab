#include "guard/regex/regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "guard/regex/python_syntax.h"

namespace spranga::guard {

namespace {

using testing::HasSubstr;

/// The whole match, or "-" where there is none, or "! what is wrong".
std::string found(std::string_view pattern, std::string_view text, RegexOptions options = {}) {
  const auto regex = Regex::compile(pattern, options);
  if (!regex) {
    return "! " + regex.error().detail;
  }
  Match match;
  return regex->search(text, match) == MatchStatus::matched ? std::string(*match.group(0)) : "-";
}

std::string complaint(std::string_view pattern) {
  const auto regex = Regex::compile(pattern);
  return regex ? "compiles" : regex.error().detail;
}

}  // namespace

TEST(Regex, FindsTheFirstPlaceAndItsGroups) {
  const auto regex = Regex::compile("(?P<user>\\w+)@(\\d+)?(x)?");
  ASSERT_TRUE(regex);
  Match match;
  ASSERT_EQ(regex->search("  joe@25 ", match), MatchStatus::matched);
  EXPECT_EQ(match.begin(), 2U);
  EXPECT_EQ(match.end(), 8U);
  EXPECT_EQ(match.group(regex->group_number("user")), "joe");
  EXPECT_EQ(match.group(2), "25");
  EXPECT_FALSE(match.has(3));
  EXPECT_EQ(regex->group_count(), 3);
  EXPECT_EQ(regex->group_name(1), "user");
  EXPECT_EQ(regex->group_name(2), "");
  EXPECT_EQ(regex->group_number("nobody"), 0);
}

TEST(Regex, AFailedSearchLeavesNoGroups) {
  const auto regex = Regex::compile("(a)");
  ASSERT_TRUE(regex);
  Match match;
  ASSERT_EQ(regex->search("a", match), MatchStatus::matched);
  ASSERT_EQ(regex->search("b", match), MatchStatus::no_match);
  EXPECT_FALSE(match.has(0));
  EXPECT_EQ(match.group(1), std::nullopt);
}

TEST(Regex, BeginsWhereItIsToldButSeesWhatIsBefore) {
  const auto regex = Regex::compile("(?<=a)b|^c");
  ASSERT_TRUE(regex);
  Match match;
  EXPECT_EQ(regex->search("abc", match, 1), MatchStatus::matched);
  EXPECT_EQ(regex->search("abc", match, 2), MatchStatus::no_match);
  EXPECT_EQ(regex->search("abc", match, 4), MatchStatus::no_match);
  EXPECT_EQ(regex->search("xxab", match, 0, 2), MatchStatus::no_match);
  EXPECT_EQ(regex->search("xxab", match, 0, 3), MatchStatus::matched);
}

TEST(Regex, SaysWhenItsStepLimitEndedASearch) {
  const auto regex = Regex::compile("^(a|a?)+$");
  ASSERT_TRUE(regex);
  Match match(MatchLimits{.steps = 10'000});
  EXPECT_EQ(regex->search(std::string(40, 'a') + "b", match), MatchStatus::limit);
  EXPECT_EQ(regex->search(std::string(40, 'a'), match), MatchStatus::matched);
}

TEST(Regex, GoesOnWithoutJitWhereJitsStackIsTooSmall) {
  const auto regex = Regex::compile("^(?:x(?:a|b)+)+$");
  ASSERT_TRUE(regex);
  Match match(MatchLimits{.steps = 100'000'000, .heap_kib = 1'000'000});
  const std::string long_line = "x" + std::string(1'000'000, 'a');
  EXPECT_EQ(regex->search(long_line, match), MatchStatus::matched);
}

TEST(Regex, WorksWithoutJit) {
  EXPECT_EQ(found("b+", "abbc", {.jit = false}), "bb");
  const auto regex = Regex::compile("b", {.jit = false});
  ASSERT_TRUE(regex);
  EXPECT_FALSE(regex->has_jit());
}

/// All texts of these letters, up to five of them.
std::vector<std::string> short_texts(const std::string& letters) {
  constexpr std::size_t longest = 5;
  std::vector<std::string> out{""};
  for (std::size_t at = 0; at < out.size(); ++at) {
    for (const char letter : out[at].size() < longest ? letters : std::string()) {
      out.push_back(out[at] + letter);
    }
  }
  return out;
}

/// Group by group, the whole match first.
std::string groups_of(const Regex& regex, const std::string& text, Match& match) {
  std::string out;
  if (regex.search(text, match) == MatchStatus::matched) {
    for (int group = 0; group <= regex.group_count(); ++group) {
      out += "[" + std::string(match.group(group).value_or("no")) + "]";
    }
  }
  return out;
}

TEST(Regex, TakesTheRestOfALineAsWithoutJit) {
  const auto texts = short_texts("ab(\n");
  Match match;
  for (const char* const pattern : {"^a(.+)$",
                                    "a*(.+)$",
                                    "(a)|b(.+)$",
                                    "(a|ab)(b)?(.+)$",
                                    "^(?:b\\S+)?(.+)$",
                                    "a\\\\?(.+)$",
                                    "(a\\(.+)$",
                                    "(?i)A(.+)$",
                                    "(?s)a(.+)$",
                                    "(?m)a(.+)$",
                                    "(?<=a)(.+)$",
                                    "(?=.*b)(.+)$",
                                    "[^a](.+)$",
                                    "(?P<x>a)?(?P<content>.+)$"}) {
    const auto fast = Regex::compile(pattern);
    const auto plain = Regex::compile(pattern, {.jit = false});
    ASSERT_TRUE(fast && plain) << pattern;
    for (const auto& text : texts) {
      const auto groups = groups_of(*fast, text, match);
      EXPECT_EQ(groups, groups_of(*plain, text, match)) << pattern << " in " << text;
    }
  }
}

TEST(PythonSyntax, BlanksAreWhatPythonCallsBlank) {
  for (const auto* blank : {"\x1c", "\x1d", "\x1e", "\x1f", "\u0085", "\u00a0", "\u2028", " "}) {
    EXPECT_EQ(found("^\\s$", blank), blank);
    EXPECT_EQ(found("^\\S$", blank), "-");
    EXPECT_EQ(found("^[\\s.]$", blank), blank);
    EXPECT_EQ(found("^[\\S]$", blank), "-");
    EXPECT_EQ(found("^[^\\s]$", blank), "-");
  }
  EXPECT_EQ(found("\\s", "\u180e"), "-");
  EXPECT_EQ(found("^[\\s\\S]$", "\u180e"), "\u180e");
}

TEST(PythonSyntax, WordsAndDigitsAreUnicodes) {
  EXPECT_EQ(found("\\w+", "-Grüße_٣-"), "Grüße_٣");
  EXPECT_EQ(found("\\d+", "x٣4"), "٣4");
  EXPECT_EQ(found("\\w", "\u0301"), "-");
  EXPECT_EQ(found("(?a)\\w+", "Grüße"), "Gr");
  EXPECT_EQ(found("(?a:\\d+)", "٣4"), "4");
  EXPECT_EQ(found("(?ai)K[a-c](k)\\1", "\u212a kBkK"), "kBkK");
  EXPECT_EQ(found("(?i)(?a:s)s", "\u017fss"), "ss");
}

TEST(PythonSyntax, NewerPcre2sWiderWordsAreKeptOut) {
  const auto rewritten = [](std::string_view pattern) {
    return rewrite_python_syntax(pattern, {}, pcre2_with_wide_words)->pattern;
  };
  EXPECT_EQ(rewritten("\\w"), "[\\p{L}\\p{N}_]");
  EXPECT_EQ(rewritten("\\W"), "[^\\p{L}\\p{N}_]");
  EXPECT_EQ(rewritten("[\\w.]"), "[\\p{L}\\p{N}_\\x{2e}]");
  EXPECT_THAT(rewritten("\\b"), HasSubstr("(?<=[\\p{L}\\p{N}_])"));
  EXPECT_EQ(rewrite_python_syntax("\\b\\w", {}, pcre2_with_wide_words - 1)->pattern, "\\b\\w");
}

TEST(PythonSyntax, IgnoringCaseFoldsWhatPythonFolds) {
  for (const auto* i : {"i", "I", "İ", "ı"}) {
    EXPECT_EQ(found("(?i)i", i), i);
    EXPECT_EQ(found("(?iu)[a-z]", i), i);
    EXPECT_EQ(found("(?i)ı", i), i);
    EXPECT_EQ(found("(?i)[^i]", i), "-");
  }
  EXPECT_EQ(found("(?i)k", "\u212a"), "\u212a");
  EXPECT_EQ(found("(?i)S", "\u017f"), "\u017f");
  EXPECT_EQ(found("i", "ı"), "-");
  EXPECT_EQ(found("(?i)\ufb05", "\ufb06"), "\ufb06");
  EXPECT_EQ(found("Frİ", "FRi", {.ignore_case = true}), "FRi");
}

TEST(PythonSyntax, EndsAreWherePythonHasThem) {
  EXPECT_EQ(found("a$", "a\n"), "a");
  EXPECT_EQ(found("a\\Z", "a\n"), "-");
  EXPECT_EQ(found("a\\Z", "ba"), "a");
  EXPECT_EQ(found("^$", "a\n", {.multiline = true}), "");
  EXPECT_EQ(found("a$", "a\nb"), "-");
  EXPECT_EQ(found("(?m)a$", "a\nb"), "a");
  EXPECT_EQ(found("a.b", "a\rb"), "a\rb");
  EXPECT_EQ(found("a.b", "a\nb"), "-");
  EXPECT_EQ(found("(?s)a.b", "a\nb"), "a\nb");
  EXPECT_EQ(found("\\B", ""), "-");
}

TEST(PythonSyntax, EscapesArePythons) {
  EXPECT_EQ(found("\\v", "\x0b"), "\x0b");
  EXPECT_EQ(found("\\v", "\n"), "-");
  EXPECT_EQ(found("\\x41\\u00e9\\U0001F600", "Aé😀"), "Aé😀");
  EXPECT_EQ(found("\\101\\07", "A\a"), "A\a");
  EXPECT_EQ(found("[\\b\\101]+", "\bA"), "\bA");
  EXPECT_EQ(found("(a)\\1", "aa"), "aa");
  EXPECT_EQ(found("\\{\\<\\@", "{<@"), "{<@");
  EXPECT_EQ(complaint("\\h"), "bad escape \\h at position 0");
  EXPECT_EQ(complaint("é\\z"), "bad escape \\z at position 1");
  EXPECT_EQ(complaint("[\\Z]"), "bad escape \\Z at position 1");
  EXPECT_EQ(complaint("a\\"), "bad escape (end of pattern) at position 1");
  EXPECT_EQ(complaint("\\x4"), "incomplete escape \\x4 at position 0");
  EXPECT_EQ(complaint("\\400"), "octal escape value \\400 outside of range 0-0o377 at position 0");
  EXPECT_EQ(complaint("\\1"), "invalid group reference 1 at position 0");
  EXPECT_EQ(complaint("(a\\1)"), "cannot refer to an open group at position 2");
}

TEST(PythonSyntax, QuantifiersArePythons) {
  EXPECT_EQ(found("a{,2}b", "aaab"), "aab");
  EXPECT_EQ(found("a{,}b", "aaab"), "aaab");
  EXPECT_EQ(found("a{}", "a{}"), "a{}");
  EXPECT_EQ(found("a{x", "a{x"), "a{x");
  EXPECT_EQ(found("a{1,2", "a{1,2"), "a{1,2");
  EXPECT_EQ(found("a++b", "aab"), "aab");
  EXPECT_EQ(found("a++a", "aa"), "-");
  EXPECT_EQ(found("(?>a+)a", "aa"), "-");
  EXPECT_EQ(found("a{1,2}?", "aa"), "a");
  EXPECT_EQ(complaint("a**"), "multiple repeat at position 2");
  EXPECT_EQ(complaint("a{2}{3}"), "multiple repeat at position 4");
  EXPECT_EQ(complaint("*a"), "nothing to repeat at position 0");
  EXPECT_EQ(complaint("(*UTF)"), "nothing to repeat at position 1");
  EXPECT_EQ(complaint("^*"), "nothing to repeat at position 1");
  EXPECT_EQ(complaint("a{3,2}"), "min repeat greater than max repeat at position 1");
}

TEST(PythonSyntax, ClassesArePythons) {
  EXPECT_EQ(found("[]a]+", "a]"), "a]");
  EXPECT_EQ(found("[^]a]", "a]b"), "b");
  EXPECT_EQ(found("[[:alpha:]]", "x:]"), ":]");
  EXPECT_EQ(found("[a&&b]+", "a&b"), "a&b");
  EXPECT_EQ(found("[a-]+", "a-"), "a-");
  EXPECT_EQ(found("[+--]+", "+,-."), "+,-");
  EXPECT_EQ(found("[^\\W_]+", "_ab_"), "ab");
  EXPECT_EQ(complaint("[\\w-x]"), "bad character range at position 1");
  EXPECT_EQ(complaint("[z-a]"), "bad character range at position 1");
  EXPECT_EQ(complaint("[a"), "unterminated character set at position 0");
}

TEST(PythonSyntax, GroupsArePythons) {
  EXPECT_EQ(found("(?P<a>x)(?P=a)", "xx"), "xx");
  EXPECT_EQ(found("(?P<q>\")?a(?(q)\"|;)", "\"a\" a;"), "\"a\"");
  EXPECT_EQ(found("(?P<q>\")?a(?(1)\")", "a"), "a");
  EXPECT_EQ(found("a(?#comment)b", "ab"), "ab");
  EXPECT_EQ(found("(?x) a b # c\n c", "abc"), "abc");
  EXPECT_EQ(found("(?i:A)b", "ab"), "ab");
  EXPECT_EQ(found("(?i)a(?-i:b)", "AB"), "-");
  EXPECT_EQ(found("(?P<a_name_longer_than_thirty_two_characters>a)", "a"), "a");
  EXPECT_EQ(complaint("(?P<a>x)(?P<a>y)"),
            "redefinition of group name 'a' as group 2; was group 1 at position 8");
  EXPECT_EQ(complaint("(?<a>x)"), "unknown extension or missing flag at position 2");
  EXPECT_EQ(complaint("(?P>a)"), "unknown extension ?P at position 0");
  EXPECT_EQ(complaint("a(?i)b"), "global flags not at the start of the expression at position 1");
  EXPECT_EQ(complaint("(?P=a)"), "unknown group name 'a' at position 4");
  EXPECT_EQ(complaint("(?<=(a)(?(1)b|c))"),
            "cannot refer to group defined in the same lookbehind subpattern at position 10");
  EXPECT_EQ(complaint("(?(2)a)"), "invalid group reference 2 at position 3");
  EXPECT_EQ(complaint("(a"), "missing ), unterminated subpattern at position 0");
  EXPECT_EQ(complaint("a)"), "unbalanced parenthesis at position 1");
  EXPECT_EQ(complaint("(a)(?(1)b|c|d)"),
            "conditional backref with more than two branches at position 11");
}

TEST(PythonSyntax, LookBehindsHaveOneWidth) {
  EXPECT_EQ(found("(?<=ab|cd)x", "cdx"), "x");
  EXPECT_EQ(found("(?<!\\d{2})x", "1x"), "x");
  EXPECT_EQ(complaint("(?<=a|bc)x"), "look-behind requires fixed-width pattern at position 0");
  EXPECT_EQ(complaint("(?<=a*)x"), "look-behind requires fixed-width pattern at position 0");
}

TEST(PythonSyntax, RefusesWhatIsTooDeepOrNotText) {
  EXPECT_EQ(complaint("\xff"), "not valid UTF-8");
  const std::string deep = std::string(100'000, '(') + std::string(100'000, ')');
  EXPECT_THAT(complaint(deep), HasSubstr("too many groups inside groups"));
  const std::string wide = "(?(" + deep;
  EXPECT_THAT(complaint(wide), HasSubstr("at position"));
}

TEST(PythonSyntax, SurrogatesMatchNothing) {
  EXPECT_EQ(found("\\ud800", "x"), "-");
  EXPECT_EQ(found("[\\ud800]", "x"), "-");
  EXPECT_EQ(found("[^\\ud800]", "x"), "x");
  EXPECT_EQ(found("[\\ud800-\\ue000]", "\ue000"), "\ue000");
}

TEST(Regex, RefusesWhatNothingCanFollow) {
  Match match;
  const auto refuses = [&](std::string_view pattern, std::string_view start) {
    return Regex::compile(pattern)->refuses(start, match);
  };
  EXPECT_TRUE(refuses("^\\d+ x", "N"));
  EXPECT_TRUE(refuses("^\\d+ x", "12 y"));
  EXPECT_FALSE(refuses("^\\d+ x", "12 "));
  EXPECT_FALSE(refuses("^\\d+ x", "12 xy"));
  EXPECT_FALSE(refuses("^\\d+ x", ""));
  EXPECT_TRUE(refuses("^(?:a|b)(?=\\W)", "ab"));
  EXPECT_FALSE(refuses("^(?:a|b)\\b", "a"));
  EXPECT_FALSE(refuses("^(?:a|b)$", "a"));
  EXPECT_TRUE(refuses("^(?:a|b)$", "ac"));
  EXPECT_FALSE(refuses("x", "N"));
  EXPECT_FALSE(refuses("^x|y", "N"));
  EXPECT_FALSE(refuses("(?m)^x", "N"));
  EXPECT_TRUE(refuses("(?iu)^s", "x"));
  EXPECT_FALSE(refuses("^\\w", "\xC5\xBF"));
}

/// Whatever is refused by its beginning does not match.
TEST(Regex, RefusesNothingThatMatches) {
  const std::vector<std::string> patterns = {"^(?:\\W{0,2})?(a|b)+c(?=\\b|\\W|$)",
                                             "^[^[]*\\[(a|bc)\\]",
                                             "^a?b?(?!c)c*",
                                             "^(?=.*c)[abc]+$",
                                             "^(?P<x>a|b)-?(?P=x)c",
                                             "(?iu)^K\\s",
                                             ".*c$",
                                             "^(a)?(?(1)b|c)"};
  const std::string letters = "abc[ ]-K\n";
  std::mt19937 random(7);
  std::size_t refused = 0;
  for (const auto& pattern : patterns) {
    const auto regex = Regex::compile(pattern);
    ASSERT_TRUE(regex) << pattern;
    for (int round = 0; round < 3'000; ++round) {
      std::string text;
      for (auto length = random() % 9; length > 0; --length) {
        text += letters[random() % letters.size()];
      }
      Match match;
      const bool matched = regex->search(text, match) == MatchStatus::matched;
      for (std::size_t length = 1; length <= text.size(); ++length) {
        const bool refuses = regex->refuses(std::string_view(text).substr(0, length), match);
        refused += refuses ? 1 : 0;
        ASSERT_FALSE(refuses && matched) << pattern << " in " << text;
      }
    }
  }
  EXPECT_GT(refused, 10'000U);
}

}  // namespace spranga::guard
