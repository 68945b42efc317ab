// Our own filters against their sample logs: etc/filter.d/NAME.samples says line by line what is
// seen. The first file's head explains the format.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "guard/config/configuration.h"
#include "guard/match/matcher.h"

namespace spranga::replay {
namespace {

namespace fs = std::filesystem;

const fs::path etc = fs::path(SPRANGA_SOURCE_DIR) / "etc";

struct Sample {
  std::string line;
  std::string expected;  // as behind ">> "
  std::size_t number;    // in the file of samples
};

using Log = std::vector<Sample>;

/// The logs of a file of samples; a blank line begins another.
std::vector<Log> read_samples(const fs::path& path) {
  std::vector<Log> logs(1);
  std::ifstream file(path);
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty()) {
      logs.emplace_back();
    } else if (line.starts_with(">> ")) {
      EXPECT_TRUE(!logs.back().empty() && logs.back().back().expected.empty()) << number;
      logs.back().back().expected = line.substr(3);
    } else if (line.front() != '#') {
      logs.back().push_back({line, "", number});
    }
  }
  return logs;
}

std::string describe(const std::vector<ban::Sighting>& seen) {
  std::string out;
  for (const auto& sighting : seen) {
    if (sighting.nofail) {
      continue;
    }
    out += out.empty() ? "" : "; ";
    out += sighting.id;
    out += sighting.weak ? " weak" : "";
    out += sighting.attempts > 1 ? fmt::format(" x{}", sighting.attempts) : "";
  }
  return out.empty() ? "-" : out;
}

ban::JailSpec jail_with(const ban::FilterSpec& filter) {
  ban::JailSpec jail;
  jail.name = filter.name;
  jail.filter = filter;
  jail.usedns = ban::UseDns::no;
  return jail;
}

guard::MatchOptions one_line_at_a_time() {
  guard::MatchOptions options;
  options.mode = guard::MatchMode::regex;
  return options;
}

class OwnFilter : public ::testing::TestWithParam<std::string> {};

TEST_P(OwnFilter, SeesWhatItsSamplesSay) {
  const auto loaded = guard::config::load_filter(etc, GetParam());
  ASSERT_TRUE(loaded.has_value()) << loaded.error().detail;
  EXPECT_TRUE(loaded->problems.empty());
  const auto jail = jail_with(loaded->filter);
  const ban::Instant now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26);
  std::size_t lines = 0;
  for (const auto& log : read_samples(etc / "filter.d" / (GetParam() + ".samples"))) {
    auto matcher = guard::Matcher::make(jail, one_line_at_a_time(), now);
    ASSERT_TRUE(matcher.has_value()) << matcher.error().detail;
    for (const auto& sample : log) {
      std::vector<ban::Sighting> seen;
      (*matcher)->feed(sample.line, now, seen);
      EXPECT_EQ(describe(seen), sample.expected)
          << GetParam() << ".samples:" << sample.number << ": " << sample.line;
      ++lines;
    }
  }
  EXPECT_GT(lines, 10U);
}

TEST_P(OwnFilter, CatchesNoPasswordInAGroup) {
  const auto loaded = guard::config::load_filter(etc, GetParam());
  ASSERT_TRUE(loaded.has_value()) << loaded.error().detail;
  const ban::Instant now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26);
  auto matcher = guard::Matcher::make(jail_with(loaded->filter), one_line_at_a_time(), now);
  ASSERT_TRUE(matcher.has_value()) << matcher.error().detail;
  for (const auto& log : read_samples(etc / "filter.d" / (GetParam() + ".samples"))) {
    for (const auto& sample : log) {
      std::vector<ban::Sighting> seen;
      (*matcher)->feed(sample.line, now, seen);
      for (const auto& sighting : seen) {
        std::string all;
        for (const auto& match : sighting.matches) {
          all += match;
        }
        for (const auto& [name, value] : sighting.fields) {
          const auto* text = std::get_if<std::string>(&value);
          all += text == nullptr ? "" : " " + *text;
        }
        for (const std::string_view secret : {"AGFsaWNl", "alicepw", "wrong-pw", "d3JvbmctcHc"}) {
          EXPECT_EQ(all.find(secret), std::string::npos) << sample.line;
        }
      }
    }
  }
}

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(etc / "filter.d")) {
    if (entry.path().extension() == ".samples") {
      out.push_back(entry.path().stem());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

INSTANTIATE_TEST_SUITE_P(Etc, OwnFilter, ::testing::ValuesIn(names()), [](const auto& tested) {
  return tested.param;
});

TEST(OwnFilters, HaveSamplesEach) {
  for (const auto& entry : fs::directory_iterator(etc / "filter.d")) {
    if (entry.path().extension() == ".conf" && entry.path().stem() != "line") {
      EXPECT_TRUE(fs::exists(fs::path(entry.path()).replace_extension(".samples"))) << entry.path();
    }
  }
}

TEST(OwnJails, AreReadWithoutAProblem) {
  const auto configuration = guard::config::load(etc);
  ASSERT_TRUE(configuration.has_value()) << configuration.error().detail;
  for (const auto& problem : configuration->problems) {
    ADD_FAILURE() << guard::config::to_text(problem);
  }
  EXPECT_EQ(configuration->jails.size(), 7U);
  for (const auto& jail : configuration->jails) {
    EXPECT_EQ(jail.maxretry, 5) << jail.name;
    EXPECT_EQ(jail.counting, ban::Counting::window) << jail.name;
    EXPECT_EQ(jail.ipv6_prefix, 64) << jail.name;
    EXPECT_EQ(jail.ipv4_prefix, 32) << jail.name;
    if (jail.name != "recidive") {
      EXPECT_EQ(jail.findtime, std::chrono::hours(1)) << jail.name;
      EXPECT_EQ(jail.bantime, std::chrono::hours(3)) << jail.name;
      EXPECT_TRUE(jail.increment.enabled) << jail.name;
      EXPECT_EQ(jail.increment.maxtime, std::chrono::hours(24)) << jail.name;
    }
  }
}

}  // namespace
}  // namespace spranga::replay
