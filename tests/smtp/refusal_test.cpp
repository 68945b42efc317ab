#include "smtp/refusal.h"

#include <gtest/gtest.h>

#include <fstream>

namespace spranga::smtp {
namespace {

Reply reply_of(std::string text) {
  for (auto at = text.find("\\n"); at != std::string::npos; at = text.find("\\n")) {
    text.replace(at, 2, "\r\n");
  }
  ReplyParser parser;
  parser.feed(text + "\r\n");
  const auto reply = parser.next();
  EXPECT_TRUE(reply && *reply) << text;
  return reply && *reply ? **reply : Reply{};
}

TEST(Refusal, OfRealServersIsReadRightly) {
  std::ifstream file(std::string(SPRANGA_SOURCE_DIR) + "/tests/smtp/data/refusals.txt");
  int rows = 0;
  for (std::string line; std::getline(file, line);) {
    const auto bar = line.find('|');
    if (line.starts_with('#') || bar == std::string::npos) {
      continue;
    }
    EXPECT_EQ(reason_name(reason_of(reply_of(line.substr(bar + 1)))), line.substr(0, bar)) << line;
    ++rows;
  }
  EXPECT_GT(rows, 80);
}

TEST(Refusal, IsNoneOfASuccess) {
  for (const auto* text :
       {"250 2.1.5 Ok", "354 relay away", "220 STARTTLS", "235 authentication failed"}) {
    EXPECT_EQ(reason_of(reply_of(text)), Reason::none) << text;
  }
}

TEST(Refusal, ForGoodIsPermanentAndAboutTheThingItself) {
  for (const auto* text : {"554 5.7.1 <x@y>: Relay access denied",
                           "554 5.5.1 Error: no valid recipients",
                           "550 5.1.1 User unknown",
                           "553 5.7.1 not owned by user alice",
                           "530 5.7.0 Authentication required"}) {
    EXPECT_TRUE(refused_for_good(reply_of(text))) << text;
  }
  for (const auto* text : {"250 Ok",
                           "354 go",
                           "451 4.7.1 Relay access denied",
                           "421 bye",
                           "503 need RCPT",
                           "550 no",
                           "554 5.7.1 message looks like spam",
                           "500 what?",
                           "550 5.7.1 blocked using dnsbl.example.net",
                           "550 5.7.1 Helo command rejected",
                           "550 5.1.8 Sender address rejected: Domain not found",
                           "550 5.7.26 DMARC policy",
                           "556 5.1.10 null MX"}) {
    EXPECT_FALSE(refused_for_good(reply_of(text))) << text;
  }
}

}  // namespace
}  // namespace spranga::smtp
