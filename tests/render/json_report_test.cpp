#include "render/json_report.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/render/golden.h"
#include "tests/render/sample_reports.h"

namespace spranga::render {
namespace {

using nlohmann::json;

json json_of(const finding::Report& report, const Style& style = {}) {
  return json::parse(json_report({&report, 1}, style));
}

TEST(JsonReport, HasTheShapeThatProgramsRelyOn) {
  const auto report = json_of(test::weak_postfix());
  EXPECT_EQ(report["schema"], "spranga.check/1");
  EXPECT_EQ(report["target"], "mail.example.org");
  EXPECT_EQ(report["verdict"], "needs_upgrade");
  EXPECT_EQ(report["rules"]["1"]["state"], "no");
  EXPECT_EQ(report["rules"]["2"]["state"], "unknown");
  EXPECT_EQ(report["ban"], nullptr);
  EXPECT_EQ(report["error"], nullptr);
  EXPECT_EQ(report["noise"]["lines"], 1);
  EXPECT_EQ(report["noise"]["probes"][0]["id"], "S1");
  EXPECT_EQ(report["connections"], 13);
  EXPECT_EQ(report["elapsed_ms"], 1234);
}

TEST(JsonReport, GivesAFindingWithPlaceEvidenceAndFix) {
  const auto finding = json_of(test::weak_postfix())["findings"][2];
  EXPECT_EQ(finding["id"], "A2");
  EXPECT_EQ(finding["status"], "fail");
  EXPECT_EQ(finding["confidence"], "proven");
  EXPECT_EQ(finding["rule"], 1);
  EXPECT_EQ(finding["where"], (json{{"address", "192.0.2.25"}, {"port", 25}, {"tls", false}}));
  EXPECT_EQ(finding["evidence"][0],
            (json{{"t_ms", 12.345}, {"direction", "C"}, {"text", "AUTH PLAIN"}}));
  EXPECT_EQ(finding["evidence"][1]["direction"], "S");
  EXPECT_EQ(finding["evidence"][2]["direction"], "*");
  EXPECT_EQ(finding["fix"][1], "Postfix (main.cf): smtpd_tls_auth_only = yes");
}

TEST(JsonReport, HasNoFixWhereNothingIsWrong) {
  EXPECT_EQ(json_of(test::weak_postfix())["findings"][0]["fix"], json::array());
}

TEST(JsonReport, SaysNotProvenForANoFaultFound) {
  EXPECT_EQ(json_of(test::faultless())["verdict"], "not_proven");
}

TEST(JsonReport, OfSeveralTargetsIsAnArrayInTheOrderAsked) {
  const std::array reports = {test::weak_postfix(), test::unreachable(), test::protected_server()};
  const auto all = json::parse(json_report(reports, {}));
  ASSERT_TRUE(all.is_array());
  EXPECT_EQ(all[0]["target"], "mail.example.org");
  EXPECT_EQ(all[1]["target"], "down.example.org");
  EXPECT_EQ(all[2]["target"], "good.example.org");
}

TEST(JsonReport, HasDialoguesOnlyWhenVerbose) {
  EXPECT_FALSE(json_of(test::weak_postfix()).contains("dialogues"));
  EXPECT_EQ(json_of(test::weak_postfix(), {.verbose = true})["dialogues"].size(), 1U);
}

TEST(JsonReport, SaysWhyNothingCouldBeReached) {
  EXPECT_TRUE(json_of(test::unreachable())["error"].is_string());
}

TEST(JsonReport, FillsTheBanWhereItWasTested) {
  auto report = test::protected_server();
  report.ban = finding::Ban{
      .attempts = 5, .kind = "refused", .ports = {25, 587}, .at_least_s = 598, .at_most_s = {}};
  EXPECT_EQ(json_of(report)["ban"],
            (json{{"attempts", 5},
                  {"attempts_at_most", nullptr},
                  {"kind", "refused"},
                  {"ports", {25, 587}},
                  {"lasted", {{"at_least_s", 598}, {"at_most_s", nullptr}}}}));
  report.ban->at_most = 6;
  EXPECT_EQ(json_of(report)["ban"]["attempts_at_most"], 6);
}

TEST(JsonReport, IsValidUtf8WhateverTheServerSent) {
  auto report = test::weak_postfix();
  report.target = "\xc3\x28";
  report.findings[2].evidence[0].text.clear();
  for (int byte = 0; byte < 256; ++byte) {
    report.findings[2].evidence[0].text += static_cast<char>(byte);
  }
  EXPECT_NO_THROW(static_cast<void>(json_of(report)));
  const auto text = json_report({&report, 1}, {});
  EXPECT_EQ(text.find("\xef\xbf\xbd"), std::string::npos) << "something was replaced, not escaped";
}

TEST(JsonReport, LooksAsAgreed) {
  const auto report = test::weak_postfix();
  const auto text = json_report({&report, 1}, {.verbose = true});
  EXPECT_EQ(text, test::golden("weak.json", text));
}

// python3-jsonschema reads the schema as users' programs will.
TEST(JsonReport, OfEachKindSatisfiesThePublishedSchema) {
  auto banned = test::protected_server();
  banned.ban =
      finding::Ban{.attempts = {}, .kind = {}, .ports = {}, .at_least_s = {}, .at_most_s = {}};
  const std::array reports = {test::weak_postfix(),
                              test::faultless(),
                              test::protected_server(),
                              test::unreachable(),
                              banned};
  const auto file = std::filesystem::path(testing::TempDir()) /
                    ("spranga-report-" + std::to_string(::getpid()) + ".json");
  std::ofstream(file) << json_report(reports, {.verbose = true});
  const auto command = std::string("python3 ") + SPRANGA_SOURCE_DIR + "/tools/validate_report.py " +
                       SPRANGA_SOURCE_DIR + "/docs/check.schema.json " + file.string();
  EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT(cert-env33-c,concurrency-mt-unsafe)
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace spranga::render
