#include "net/dns_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char cname = 5;

std::string u16(std::size_t value) {
  return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xFFU)};
}

/// "mail.example" → length-prefixed labels and the root.
std::string labels(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const auto end = std::min(name.find('.'), name.size());
    out += static_cast<char>(end);
    out += name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return out + '\0';
}

/// The name at offset 12, the question's.
const std::string the_question{"\xc0\x0c", 2};

std::string record(char type, const std::string& data, const std::string& owner = the_question) {
  return owner + u16(static_cast<unsigned char>(type)) + u16(1) + std::string(4, '\0') +
         u16(data.size()) + data;
}

std::string message(char type, const std::vector<std::string>& answers) {
  std::string out = u16(7) + u16(0x8180) + u16(1) + u16(answers.size()) + u16(0) + u16(0);
  out += labels("example.org") + u16(static_cast<unsigned char>(type)) + u16(1);
  for (const auto& answer : answers) {
    out += answer;
  }
  return out;
}

constexpr char mx = 15;
constexpr char txt = 16;
constexpr char ptr = 12;
constexpr char srv = 33;

TEST(DnsAnswer, GivesMxRecordsByPreferenceInLowerCase) {
  const auto answer = parse_dns_answer(message(mx,
                                               {record(mx, u16(20) + labels("B.Example.ORG")),
                                                record(mx,
                                                       u16(10) +
                                                           "\x01"
                                                           "a" +
                                                           the_question)}),
                                       RecordType::mx);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->mx.size(), 2U);
  EXPECT_EQ(answer->mx[0].host, "a.example.org");
  EXPECT_EQ(answer->mx[0].preference, 10);
  EXPECT_EQ(answer->mx[1].host, "b.example.org");
}

TEST(DnsAnswer, GivesTheNullMxAsAnEmptyName) {
  const auto answer =
      parse_dns_answer(message(mx, {record(mx, u16(0) + labels(""))}), RecordType::mx);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->mx.size(), 1U);
  EXPECT_EQ(answer->mx[0].host, "");
}

TEST(DnsAnswer, GivesSrvRecordsByPriority) {
  const auto answer = parse_dns_answer(
      message(srv,
              {record(srv, u16(5) + u16(1) + u16(587) + labels("late.example.org")),
               record(srv, u16(0) + u16(2) + u16(465) + labels("mail.example.org"))}),
      RecordType::srv);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->srv.size(), 2U);
  EXPECT_EQ(answer->srv[0].port, 465);
  EXPECT_EQ(answer->srv[0].weight, 2);
  EXPECT_EQ(answer->srv[1].host, "late.example.org");
}

TEST(DnsAnswer, JoinsTheStringsOfATxtRecord) {
  const auto answer = parse_dns_answer(
      message(txt, {record(txt, "\x07v=spf1 \x04-all"), record(txt, std::string("\0", 1))}),
      RecordType::txt);
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->txt, ElementsAre("v=spf1 -all", ""));
}

TEST(DnsAnswer, TakesATxtStringThatClaimsTooMuchAsFarAsItGoes) {
  const auto answer =
      parse_dns_answer(message(txt, {record(txt, "\x7fonly this")}), RecordType::txt);
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->txt, ElementsAre("only this"));
}

TEST(DnsAnswer, GivesTheNamesOfAnAddress) {
  const auto answer =
      parse_dns_answer(message(ptr, {record(ptr, labels("Mail.example.org"))}), RecordType::ptr);
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->names, ElementsAre("mail.example.org"));
}

TEST(DnsAnswer, PassesOverOtherTypes) {
  const auto answer = parse_dns_answer(message(mx,
                                               {record(cname, labels("else.example.org")),
                                                record(txt, "\x02hi"),
                                                record(mx, u16(10) + labels("mail.example.org"))}),
                                       RecordType::mx);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->mx.size(), 1U);
  EXPECT_THAT(answer->txt, IsEmpty());
}

TEST(DnsAnswer, WithoutAnswersIsEmpty) {
  const auto answer = parse_dns_answer(message(mx, {}), RecordType::mx);
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->mx, IsEmpty());
}

TEST(DnsAnswer, CutOffAnywhereIsAnErrorOrHasFewerRecords) {
  const auto whole = message(mx, {record(mx, u16(10) + labels("mail.example.org"))});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    const auto answer = parse_dns_answer(cut, RecordType::mx);
    EXPECT_FALSE(answer) << size;
  }
}

TEST(DnsAnswer, WithALoopOfPointersLosesThatRecordOnly) {
  // A name that points at itself: at the start of the data, whatever its offset is.
  const auto head = message(mx, {record(mx, u16(10) + "xx")});
  const auto at = head.size() - 2;
  const auto loop =
      std::string{static_cast<char>(0xC0U | (at >> 8U)), static_cast<char>(at & 0xFFU)};
  const auto answer = parse_dns_answer(message(mx, {record(mx, u16(10) + loop)}), RecordType::mx);
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->mx, IsEmpty());
}

TEST(DnsAnswer, WithTooShortDataLosesThatRecordOnly) {
  const auto answer =
      parse_dns_answer(message(mx, {record(mx, "\x01"), record(mx, "")}), RecordType::mx);
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->mx, IsEmpty());
  const auto services =
      parse_dns_answer(message(srv, {record(srv, std::string(6, '\0'))}), RecordType::srv);
  ASSERT_TRUE(services);
  EXPECT_THAT(services->srv, IsEmpty());
}

TEST(DnsAnswer, GivesNoMoreThanAHundredRecords) {
  const std::vector<std::string> many(300, record(txt, "\x01x"));
  const auto answer = parse_dns_answer(message(txt, many), RecordType::txt);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->txt.size(), 100U);
}

}  // namespace
}  // namespace spranga::net
