#include "guard/match/needed_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::guard {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(NeededWords, AreTheLongestRunOfPlainCharacters) {
  EXPECT_THAT(needed_words("^a \\S+ authentication failed: x"),
              ElementsAre(" authentication failed: x"));
  EXPECT_THAT(needed_words("\\[\\d+\\]: sshd\\[\\d+\\]"), ElementsAre("]: sshd["));
  EXPECT_THAT(needed_words("colou?r seen"), ElementsAre("r seen"));
  EXPECT_THAT(needed_words("abc+de"), ElementsAre("abc"));
  EXPECT_THAT(needed_words("abcd{2}ef"), ElementsAre("abcd"));
  EXPECT_THAT(needed_words("abcd{0,2}ef"), ElementsAre("abc"));
}

TEST(NeededWords, HoldBracesThatStandForThemselves) {
  EXPECT_THAT(needed_words("(?: \\({{(?:\\d+,){3}\\d+},\\d+}\\))?lost"), ElementsAre("lost"));
  EXPECT_THAT(needed_words("ab{cd"), ElementsAre("ab{cd"));
  EXPECT_THAT(needed_words("ab{}cd"), ElementsAre("ab{}cd"));
  EXPECT_THAT(needed_words("ab{2,3,4}cd"), ElementsAre("ab{2,3,4}cd"));
  EXPECT_THAT(needed_words("ab{,}cdef"), ElementsAre("cdef"));
  EXPECT_THAT(needed_words("ab{,2}cdef"), ElementsAre("cdef"));
  EXPECT_THAT(needed_words("abc\\{2}"), ElementsAre("abc{2}"));
}

TEST(NeededWords, OfAlternativesAreOneOfEachBranch) {
  EXPECT_THAT(needed_words("(?:sshd|dropbear)\\S*: x"), ElementsAre("sshd", "dropbear"));
  EXPECT_THAT(needed_words("^(?P<pre>(?:sshd\\[\\d+\\]|\\d+ sshd):)"),
              ElementsAre("sshd[", " sshd"));
  EXPECT_THAT(needed_words("one|two|three"), ElementsAre("one", "two", "three"));
}

TEST(NeededWords, AreUnknownWhereABranchHasNone) {
  EXPECT_THAT(needed_words("sshd|\\d+"), IsEmpty());
  EXPECT_THAT(needed_words("(?:sshd|)"), IsEmpty());
  EXPECT_THAT(needed_words("(?:sshd)?"), IsEmpty());
  EXPECT_THAT(needed_words("(?:sshd)*x"), IsEmpty());
  EXPECT_THAT(needed_words("(?:sshd){0,2}"), IsEmpty());
  EXPECT_THAT(needed_words("[sshd]+"), IsEmpty());
}

TEST(NeededWords, AreNotTakenFromWhatMayBeAbsent) {
  EXPECT_THAT(needed_words("(?!sshd)\\w+"), IsEmpty());
  EXPECT_THAT(needed_words("(?<!from )<x>"), ElementsAre("<x>"));
  EXPECT_THAT(needed_words("(?i)sshd"), IsEmpty());
  EXPECT_THAT(needed_words("(?i:sshd)"), IsEmpty());
  EXPECT_THAT(needed_words("(?i:sshd) from"), ElementsAre(" from"));
  EXPECT_THAT(needed_words("(?i:a(?-i:sshd))"), IsEmpty());
  EXPECT_THAT(needed_words("(?x) s s h d"), IsEmpty());
  EXPECT_THAT(needed_words("(?#a note)sshd"), IsEmpty());
  EXPECT_THAT(needed_words("(a)?(?(1)sshd|cron)"), IsEmpty());
}

TEST(NeededWords, AreNotTakenFromNumbersOfCharactersAndGroups) {
  EXPECT_THAT(needed_words("\\x41bcd"), IsEmpty());
  EXPECT_THAT(needed_words("\\u0041bcd"), IsEmpty());
  EXPECT_THAT(needed_words("(a)\\1234"), IsEmpty());
  EXPECT_THAT(needed_words("(?P<x>a)(?P=x)bcd"), ElementsAre("bcd"));
}

TEST(NeededSets, AreTheWordsThatAreNeededTogether) {
  EXPECT_THAT(needed_sets("^lost \\S+ from (?P<ip>\\S+)"),
              ElementsAre(ElementsAre("lost ", " from ")));
  EXPECT_THAT(needed_sets("(?:auth|pass\\w+ word) failed"),
              ElementsAre(ElementsAre("auth", " failed"), ElementsAre("pass", " word", " failed")));
  EXPECT_THAT(needed_sets("(?:one|two)\\s(?:three|four)"),
              ElementsAre(ElementsAre("one", "three"),
                          ElementsAre("one", "four"),
                          ElementsAre("two", "three"),
                          ElementsAre("two", "four")));
}

TEST(NeededSets, HoldWordsThatGoOnThroughAlternatives) {
  EXPECT_THAT(needed_sets("uthentication (?:failure|error) for"),
              ElementsAre(ElementsAre("uthentication failure for"),
                          ElementsAre("uthentication error for")));
  EXPECT_THAT(
      needed_sets("(?P<a>one|(?:x|y)z) (?>t)(?:three)"),
      ElementsAre(ElementsAre("one tthree"), ElementsAre("xz tthree"), ElementsAre("yz tthree")));
  EXPECT_THAT(needed_sets("from (?:a|bcd\\d) to"), ElementsAre(ElementsAre("from ", " to")));
  EXPECT_THAT(needed_sets("fail(?:ed|) at"), ElementsAre(ElementsAre("fail", " at")));
  EXPECT_THAT(needed_sets("fail(?:ed)? at"), ElementsAre(ElementsAre("fail", " at")));
  EXPECT_THAT(needed_sets("fail(?:ed)+ at"), ElementsAre(ElementsAre("fail", " at")));
  EXPECT_THAT(needed_sets("fail(?=ed) at"), ElementsAre(ElementsAre("fail", " at")));
  EXPECT_THAT(needed_sets("fail(?i:ed) at"), ElementsAre(ElementsAre("fail", " at")));
  EXPECT_THAT(needed_sets("(?i:fail(?:ed|ure))"), IsEmpty());
  EXPECT_THAT(needed_sets("abc(?:1|2|3|4|5|6|7) def"), ElementsAre(ElementsAre("abc", " def")));
}

TEST(NeededSets, HoldWhatLookingAheadOrBehindMustFind) {
  EXPECT_THAT(needed_sets("disconnect(?= from .* auth=0/)"),
              ElementsAre(ElementsAre("disconnect", " from ", " auth=0/")));
  EXPECT_THAT(needed_sets("(?<=user=)<"), ElementsAre(ElementsAre("user=")));
}

TEST(NeededSets, HoldNoWordTwiceNorAPartOfAnother) {
  EXPECT_THAT(needed_sets("auth\\d+auth failed"), ElementsAre(ElementsAre("auth failed")));
  EXPECT_THAT(needed_sets("auth failed\\d+auth"), ElementsAre(ElementsAre("auth failed")));
}

TEST(NeededSets, StayFew) {
  std::string many = "(?:w00";
  for (int i = 1; i < 100; ++i) {
    many += "|w" + std::to_string(100 + i);
  }
  EXPECT_THAT(needed_sets(many + ")"), IsEmpty());
  EXPECT_THAT(needed_sets(many + ") from"), ElementsAre(ElementsAre(" from")));
  std::string product;
  for (int i = 0; i < 20; ++i) {
    product += "(?:aaa" + std::to_string(i) + "|bbb" + std::to_string(i) + ")";
  }
  EXPECT_LE(needed_sets(product).size(), 32);
  EXPECT_THAT(needed_sets(product), Not(IsEmpty()));
}

TEST(TellingWords, AreTheRarestAndLongEnoughToBeScannedFor) {
  EXPECT_THAT(telling_words({{" from ", "match"}}), ElementsAre(ElementsAre("match")));
  EXPECT_THAT(telling_words({{"disconnect", " from ", " auth=0/"}}),
              ElementsAre(ElementsAre(" auth=0/", "disconnect")));
  EXPECT_THAT(telling_words({{"one"}, {"seven"}}), IsEmpty()) << "one is too short";
}

TEST(NeededWords, AreUnknownWhereTheExpressionIsOdd) {
  EXPECT_THAT(needed_words("a{b|c}sshd"), ElementsAre("a{b", "c}sshd"));
  EXPECT_THAT(needed_words("sshd)"), IsEmpty());
  EXPECT_THAT(needed_words("(sshd"), IsEmpty());
  EXPECT_THAT(needed_words("sshd\\"), IsEmpty());
  EXPECT_THAT(needed_words("[sshd"), IsEmpty());
  EXPECT_THAT(needed_words(""), IsEmpty());
  EXPECT_THAT(needed_words("[]|]+ab"), IsEmpty());
  EXPECT_THAT(needed_words(std::string(500, '(') + "sshd" + std::string(500, ')')), IsEmpty());
}

TEST(NeededWord, IsFoundWhereverItStands) {
  const NeededWord word("failed");
  for (const auto* text :
       {"failed", "it failed", "failed it", "fail failed", "ffailed", "fffailed"}) {
    EXPECT_TRUE(word.is_in(text)) << text;
  }
  for (const auto* text : {"", "f", "faile", "ailed", "failure", "f a i l e d"}) {
    EXPECT_FALSE(word.is_in(text)) << text;
  }
}

TEST(NeededWord, IsNeverDeniedByThePairsOfATextThatHoldsIt) {
  for (const auto* needed : {"abc", "failed", "]: sshd[", "a a a", "~!~", "user=<"}) {
    const NeededWord word(needed);
    PairSet pairs;
    pairs.add(needed);
    EXPECT_TRUE(word.may_be_among(pairs)) << needed;
    pairs.clear();
    pairs.add("begin " + std::string(needed) + " end");
    EXPECT_TRUE(word.may_be_among(pairs)) << needed;
  }
}

TEST(NeededWord, IsDeniedByThePairsOfMostOtherTexts) {
  const NeededWord word("SASL LOGIN authentication failed");
  PairSet pairs;
  EXPECT_FALSE(word.may_be_among(pairs));
  pairs.add("postfix/smtpd[4711]: disconnect from mail.example.org[192.0.2.1] quit=1 commands=1");
  EXPECT_FALSE(word.may_be_among(pairs));
}

}  // namespace
}  // namespace spranga::guard
