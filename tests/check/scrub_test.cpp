#include "check/scrub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "smtp/sasl.h"

namespace spranga::check {
namespace {

const std::string token = "ya29.a0AfB_byC-example";

std::string scrubbed(std::string text,
                     const std::string& password,
                     const std::string& oauth2 = "") {
  CheckSettings settings;
  settings.credentials.emplace();
  settings.credentials->user = "bob@example.org";
  settings.credentials->password = Secret(password);
  settings.credentials->oauth2_token = Secret(oauth2);
  finding::Report report;
  report.remarks.push_back({words::Word::lost_here, {std::move(text)}});
  scrub(report, settings);
  return report.remarks[0].values[0];
}

TEST(Scrub, HidesASecretAsItIs) {
  EXPECT_EQ(scrubbed("535 s3cret is wrong, s3cret!", "s3cret"), "535 ******** is wrong, ********!");
  EXPECT_EQ(scrubbed("nothing here", "s3cret"), "nothing here");
  EXPECT_EQ(scrubbed("nothing here", ""), "nothing here");
}

TEST(Scrub, HidesASecretInBase64WhereverItBegins) {
  const std::string secret = "correct horse battery";
  for (std::size_t before = 0; before < 7; ++before) {
    for (std::size_t after = 0; after < 4; ++after) {
      const auto encoded =
          smtp::base64(std::string(before, 'x') + secret + std::string(after, 'y'));
      const auto out = scrubbed(encoded, secret);
      EXPECT_THAT(out, ::testing::HasSubstr("********")) << encoded;
      EXPECT_LE(out.size(), encoded.size() - 26 + 8)
          << out;  // of 28 characters at most two are left
    }
  }
}

TEST(Scrub, HidesEachResponseThatIsSent) {
  EXPECT_THAT(scrubbed(smtp::plain_response("bob@example.org", "pw"), "pw"), "********");
  EXPECT_THAT(scrubbed(smtp::base64("pw"), "pw"), "********");
  EXPECT_THAT(scrubbed(smtp::xoauth2_response("bob@example.org", token), "", token),
              ::testing::HasSubstr("********"));
  EXPECT_THAT(
      scrubbed(
          smtp::oauthbearer_response("bob@example.org", "mail.example.org", 587, token), "", token),
      ::testing::HasSubstr("********"));
}

TEST(Scrub, ReachesEveryPlaceThatIsPrinted) {
  CheckSettings settings;
  settings.credentials.emplace();
  settings.credentials->password = Secret("s3cret");
  const words::Phrase phrase{words::Word::lost_here, {"s3cret"}};
  const finding::Line line{std::chrono::microseconds{0}, finding::Direction::received, "s3cret"};
  finding::Report report;
  report.findings.emplace_back();
  report.findings[0].summary = phrase;
  report.findings[0].also = {phrase};
  report.findings[0].evidence = {line};
  report.dialogues.push_back({"", {}, {line}});
  report.rules[0].open = report.rules[1].in_favour = report.remarks = {phrase};
  report.trouble = phrase;
  scrub(report, settings);
  const words::Phrase hidden{words::Word::lost_here, {"********"}};
  EXPECT_EQ(report.findings[0].summary, hidden);
  EXPECT_EQ(report.findings[0].also[0], hidden);
  EXPECT_EQ(report.findings[0].evidence[0].text, "********");
  EXPECT_EQ(report.dialogues[0].lines[0].text, "********");
  EXPECT_EQ(report.rules[0].open[0], hidden);
  EXPECT_EQ(report.rules[1].in_favour[0], hidden);
  EXPECT_EQ(report.remarks[0], hidden);
  EXPECT_EQ(report.trouble, hidden);
}

}  // namespace
}  // namespace spranga::check
