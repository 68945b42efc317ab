#include "smtp/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::smtp {
namespace {

using ::testing::ElementsAre;
using namespace std::string_literals;

/// "250 a/b; 550 c" for two replies; "!malformed" where the stream broke, "?" where bytes wait.
std::string read_all(ReplyParser& parser) {
  std::string out;
  for (;;) {
    const auto next = parser.next();
    if (!next) {
      return out + (next.error().code == Errc::too_large ? "!too_large" : "!malformed");
    }
    if (!*next) {
      return out;
    }
    out += (out.empty() ? "" : "; ") + std::to_string((*next)->code);
    for (const auto& line : (*next)->lines) {
      out += "/" + line;
    }
  }
}

std::string read(std::string_view bytes) {
  ReplyParser parser;
  parser.feed(bytes);
  return read_all(parser);
}

struct Row {
  std::string name;
  std::string bytes;
  std::string shown;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

class Replies : public ::testing::TestWithParam<Row> {};

TEST_P(Replies, AreReadWhole) {
  EXPECT_EQ(read(GetParam().bytes), GetParam().shown);
}

TEST_P(Replies, AreReadAlikeSplitAtEveryByte) {
  for (std::size_t at = 0; at <= GetParam().bytes.size(); ++at) {
    ReplyParser parser;
    parser.feed(GetParam().bytes.substr(0, at));
    auto shown = read_all(parser);
    if (shown.find('!') == std::string::npos) {
      parser.feed(GetParam().bytes.substr(at));
      const auto rest = read_all(parser);
      shown += (shown.empty() || rest.empty() || rest.front() == '!' ? "" : "; ") + rest;
    }
    EXPECT_EQ(shown, GetParam().shown) << "split at " << at;
  }
}

TEST_P(Replies, AreReadAlikeByteByByte) {
  ReplyParser parser;
  std::string shown;
  for (const char c : GetParam().bytes) {
    parser.feed({&c, 1});
    const auto more = read_all(parser);
    shown += (shown.empty() || more.empty() || more.front() == '!' ? "" : "; ") + more;
    if (shown.find('!') != std::string::npos) {
      break;
    }
  }
  EXPECT_EQ(shown, GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(
    Streams,
    Replies,
    ::testing::Values(Row{"OneLine", "250 Ok\r\n", "250/Ok"},
                      Row{"BareLf", "250 Ok\n", "250/Ok"},
                      Row{"CodeAlone", "250\r\n", "250/"},
                      Row{"CodeAndBlank", "250 \r\n", "250/"},
                      Row{"SeveralLines",
                          "250-mail\r\n250-AUTH PLAIN\r\n250 HELP\r\n",
                          "250/mail/AUTH PLAIN/HELP"},
                      Row{"EndsWithCodeAlone", "250-mail\r\n250\r\n", "250/mail/"},
                      Row{"TwoReplies", "250 a\r\n550 b\r\n", "250/a; 550/b"},
                      Row{"EmptyText", "250-\r\n250 \r\n", "250//"},
                      Row{"Nul", "250 a\0b\r\n"s, "250/a\0b"s},
                      Row{"EightBit", "250 \xff\xe9\r\n", "250/\xff\xe9"},
                      Row{"BareCr", "250 a\rb\r\n", "250/a\rb"},
                      Row{"HalfALine", "250 Ok", ""},
                      Row{"HalfAReply", "250-Ok\r\n", ""},
                      Row{"CodeThatChanges", "250-a\r\n550 b\r\n", "!malformed"},
                      Row{"SuccessWithinARefusal", "550-no\r\n250 Ok\r\n", "!malformed"},
                      Row{"NoCode", "hello\r\n", "!malformed"},
                      Row{"TwoDigits", "25 Ok\r\n", "!malformed"},
                      Row{"FourDigits", "2500 Ok\r\n", "!malformed"},
                      Row{"CodeOutOfRange", "650 Ok\r\n", "!malformed"},
                      Row{"CodeTooLow", "150 Ok\r\n", "!malformed"},
                      Row{"NoBlank", "250Ok\r\n", "!malformed"},
                      Row{"BlankLine", "\r\n", "!malformed"},
                      Row{"BlankFirst", " 250 Ok\r\n", "!malformed"},
                      Row{"AfterAGoodOne", "220 hi\r\nSSH-2.0\r\n", "220/hi!malformed"}),
    [](const auto& each) { return each.param.name; });

TEST(ReplyLimits, ALineMayBeAsLongAsItsLimit) {
  const std::string text(max_reply_line - 5, 'x');  // "250 " and CR
  EXPECT_EQ(read("250 " + text + "\r\n"), "250/" + text);
  EXPECT_EQ(read("250 " + text + "x\r\n"), "!too_large");
}

TEST(ReplyLimits, AnEndlessLineEndsAtItsLimit) {
  ReplyParser parser;
  for (std::size_t i = 0; i <= max_reply_line; ++i) {
    parser.feed("2");
  }
  EXPECT_EQ(read_all(parser), "!too_large");
  EXPECT_LE(parser.unread(), max_reply_line + 1);
}

TEST(ReplyLimits, AnEndlessReplyEndsAtItsLimit) {
  ReplyParser parser;
  std::string shown;
  for (std::size_t i = 0; shown.empty(); ++i) {
    ASSERT_LE(i, max_reply_lines);
    parser.feed("250-still going\r\n");
    shown = read_all(parser);
  }
  EXPECT_EQ(shown, "!too_large");
}

TEST(ReplyLimits, AReplyOfManyBytesEndsAtItsLimit) {
  ReplyParser parser;
  std::string shown;
  for (std::size_t bytes = 0; shown.empty(); bytes += 4000) {
    ASSERT_LE(bytes, max_reply_bytes + 4000);
    parser.feed("250-" + std::string(3994, 'x') + "\r\n");
    shown = read_all(parser);
  }
  EXPECT_EQ(shown, "!too_large");
}

TEST(ReplyParser, ThatIsBrokenStaysBroken) {
  ReplyParser parser;
  parser.feed("nonsense\r\n");
  EXPECT_FALSE(parser.next());
  parser.feed("250 Ok\r\n");
  EXPECT_FALSE(parser.next());
}

TEST(ReplyParser, GivesItsUnreadBytesAway) {
  ReplyParser parser;
  parser.feed("220 go\r\n250 early\r\nhalf");
  ASSERT_TRUE(parser.next());
  EXPECT_EQ(parser.unread(), 15U);
  EXPECT_EQ(parser.take_unread(), "250 early\r\nhalf");
  EXPECT_EQ(parser.unread(), 0U);
}

TEST(ReplyParser, ShowsTheOffendingBytesEscaped) {
  ReplyParser parser;
  parser.feed("\x1b[2J\r\n");
  const auto next = parser.next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().detail.find('\x1b'), std::string::npos);
}

TEST(Reply, TellsItsEnhancedCodeAndItsText) {
  ReplyParser parser;
  parser.feed("550-5.7.1 Relaying\r\n550 5.7.1 denied\r\n");
  const auto reply = **parser.next();
  EXPECT_EQ(reply.enhanced, "5.7.1");
  EXPECT_EQ(reply.text(), "Relaying denied");
  EXPECT_EQ(reply.first_line(), "550 5.7.1 Relaying");
  EXPECT_TRUE(reply.refused());
  EXPECT_FALSE(reply.ok());
  EXPECT_FALSE(reply.temporary());
}

TEST(EnhancedCode, IsThreeNumbersOfTheRepliesClass) {
  struct Sample {
    std::string_view text;
    int code;
    std::string_view found;
  };

  for (const auto& [text, code, found] : {Sample{"5.7.1 no", 550, "5.7.1"},
                                          Sample{"5.7.139", 535, "5.7.139"},
                                          Sample{"2.0.0 Ok", 250, "2.0.0"},
                                          Sample{"4.7.1 later", 550, ""},
                                          Sample{"5.7.1no", 550, ""},
                                          Sample{"5.7", 550, ""},
                                          Sample{"5..1 x", 550, ""},
                                          Sample{"55.7.1 x", 550, ""},
                                          Sample{"5.7.1234 x", 550, ""},
                                          Sample{"192.0.2.1 x", 550, ""},
                                          Sample{"5.7.1.2 x", 550, ""},
                                          Sample{"", 550, ""},
                                          Sample{"5", 550, ""}}) {
    EXPECT_EQ(enhanced_code_of(text, code), found) << text;
  }
}

}  // namespace
}  // namespace spranga::smtp
