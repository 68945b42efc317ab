#include "guard/dates/date_detector.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "guard/dates/line_view.h"
#include "guard/regex/regex.h"
#include "text/utf8.h"

namespace spranga::guard {

namespace {

using testing::HasSubstr;

constexpr long summer_2005 = 1'124'013'600;  // Sunday 14 August 2005, 10:00 UTC

ban::Instant at(long seconds) {
  return ban::Instant(std::chrono::seconds(seconds));
}

Zone zurich() {
  return *Zone::named("Europe/Zurich");
}

DateDetector detector(std::optional<std::string> pattern = {},
                      std::optional<std::string> logtimezone = {}) {
  auto made =
      DateDetector::create({std::move(pattern), std::move(logtimezone), zurich()}, at(summer_2005));
  EXPECT_TRUE(made) << made.error().detail;
  return *std::move(made);
}

/// "text=seconds", "text=-" for an impossible date, "" where there is no date.
std::string seen(DateDetector& dates, std::string_view line, long now = summer_2005) {
  const auto found = dates.find(line, at(now));
  if (!found) {
    return "";
  }
  std::string out(line.substr(found->begin, found->end - found->begin));
  if (!found->time) {
    return out + "=-";
  }
  const auto micros = found->time->time_since_epoch().count();
  return out + "=" + std::to_string(micros / 1'000'000) +
         (micros % 1'000'000 != 0 ? "." + std::to_string(micros % 1'000'000) : "");
}

std::string once(std::string_view line,
                 std::optional<std::string> pattern = {},
                 std::optional<std::string> logtimezone = {}) {
  auto dates = detector(std::move(pattern), std::move(logtimezone));
  return seen(dates, line);
}

std::string complaint(const std::string& pattern) {
  const auto made = DateDetector::create({pattern, {}, zurich()}, at(summer_2005));
  return made ? "none" : made.error().detail;
}

struct Sample {
  const char* line;
  const char* expected;
};

}  // namespace

class DefaultTemplates : public testing::TestWithParam<Sample> {};

TEST_P(DefaultTemplates, FindTheDateAndReadIt) {
  EXPECT_EQ(once(GetParam().line), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    EachForm,
    DefaultTemplates,
    testing::Values(
        Sample{"2005-01-23 21:59:59 x", "2005-01-23 21:59:59=1106513999"},
        Sample{"2005-01-23T21:59:59.981746+0100 x", "2005-01-23T21:59:59.981746+0100=1106513999"},
        Sample{"2005.01.23  8:59:59,5 Z", "2005.01.23  8:59:59,5 Z=1106470799"},
        Sample{"Sun Jan 23 21:59:59 2005 x", "Sun Jan 23 21:59:59 2005=1106513999"},
        Sample{"jan  3 21:59:59.011 x", "jan  3 21:59:59.011=1104785999"},
        Sample{"Sun Jan 23 2005 21:59:59 x", "Sun Jan 23 2005 21:59:59=1106513999"},
        Sample{"23/01/2005 21:59:59 x", "23/01/2005 21:59:59=1106513999"},
        Sample{"23-01-05 21:59:59 x", "23-01-05 21:59:59=1106513999"},
        Sample{"23/Jan/2005:21:59:59 +0100] x", "23/Jan/2005:21:59:59 +0100=1106513999"},
        Sample{"01/23/2005:21:59:59 x", "01/23/2005:21:59:59=1106513999"},
        Sample{"01-23-2005 21:59:59.252 x", "01-23-2005 21:59:59.252=1106513999"},
        Sample{"1106513999 x", "1106513999=1106513999"},
        Sample{"[1106513999.250] x", "1106513999.250=1106513999.250000"},
        Sample{"audit(1106513999.252:69) x", "1106513999.252=1106513999.252000"},
        Sample{"09:59:59 x", "09:59:59=1124006399"},
        Sample{"<01/23/05@21:59:59> x", "<01/23/05@21:59:59>=1106513999"},
        Sample{"050123 21:59:59 x", "050123 21:59:59=1106513999"},
        Sample{"Jan 23, 2005 9:59:59 PM x", "Jan 23, 2005 9:59:59 PM=1106513999"},
        Sample{"Jan-23-05 21:59:59 x", "Jan-23-05 21:59:59=1106513999"},
        Sample{"20050123T215959 x", "20050123T215959=1106513999"},
        Sample{"EST Jan 23 15:59:59 x", "EST Jan 23 15:59:59=1106513999"},
        Sample{"+01:00 Jan 23 21:59:59 2005 x", "+01:00 Jan 23 21:59:59 2005=1106513999"},
        Sample{"@4000000041f4104f00000000 x", "@4000000041f4104f00000000=1106513999"}));

TEST(DateDetector, CutsOutOnlyTheDate) {
  auto dates = detector();
  const auto found = dates.find("[x] é 2005-01-23 21:59:59] y", at(summer_2005));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->begin, 7U);  // bytes
  EXPECT_EQ(found->end, 26U);
  EXPECT_EQ(dates.templates().front().hits, 1);
}

TEST(DateDetector, ALineWithoutADateHasNone) {
  for (const auto* line :
       {"", " ", "no date", "12:3 x", "2005-01-23", "a1234567890b", "é", "x 10:00"}) {
    EXPECT_EQ(once(line), "") << line;
  }
}

TEST(DateDetector, AnImpossibleDateIsAHitWithoutATime) {
  EXPECT_EQ(once("2005-02-29 10:00:00 x"), "2005-02-29 10:00:00=-");
  EXPECT_EQ(once("Apr 31 10:00:00 x"), "Apr 31 10:00:00=-");
  EXPECT_EQ(once("Jan 23 29:00:00 x"), "Jan 23 29:00:00=-");
  EXPECT_EQ(once("2005-01-23 10:00:60 x"), "2005-01-23 10:00:60=-");
  EXPECT_EQ(once("2004-02-29 10:00:00 x"), "2004-02-29 10:00:00=1078045200");
}

TEST(DateDetector, GuessesTheYearThatIsNotAheadOfNow) {
  EXPECT_EQ(once("Aug 14 11:00:00 x"), "Aug 14 11:00:00=1124010000");
  EXPECT_EQ(once("Aug 15 11:59:59 x"), "Aug 15 11:59:59=1124099999");  // a day ahead may be a zone
  EXPECT_EQ(once("Aug 15 12:00:01 x"), "Aug 15 12:00:01=1092564001");
  EXPECT_EQ(once("Dec 31 23:59:59 x"), "Dec 31 23:59:59=1104533999");
}

TEST(DateDetector, LeapDaysOfOtherYearsAreImpossible) {
  auto dates = detector();
  EXPECT_EQ(seen(dates, "Feb 29 10:00:00 x"), "Feb 29 10:00:00=-");
  EXPECT_EQ(seen(dates, "Feb 29 10:00:00 x", 1'078'050'000), "Feb 29 10:00:00=1078045200");
  EXPECT_EQ(seen(dates, "Feb 29 10:00:00 x", 1'076'000'000), "Feb 29 10:00:00=-");  // last year's
}

TEST(DateDetector, ATimeOfDayIsOfTodayOrYesterday) {
  EXPECT_EQ(once("12:00:00 x"), "12:00:00=1124013600");
  EXPECT_EQ(once("12:00:01 x"), "12:00:01=1123927201");
}

TEST(DateDetector, SummerTimeBeginsAndEndsAsMktimeSaysIt) {
  auto dates = detector();
  EXPECT_EQ(seen(dates, "2005-03-27 01:59:59 x"), "2005-03-27 01:59:59=1111885199");
  EXPECT_EQ(seen(dates, "2005-03-27 02:30:00 x"),
            "2005-03-27 02:30:00=1111887000");  // no such time
  EXPECT_EQ(seen(dates, "2005-03-27 03:00:00 x"), "2005-03-27 03:00:00=1111885200");
  EXPECT_EQ(seen(dates, "2005-10-30 02:30:00 x"),
            "2005-10-30 02:30:00=1130632200");  // still summer
  EXPECT_EQ(seen(dates, "2005-10-30 03:00:00 x"), "2005-10-30 03:00:00=1130637600");
  EXPECT_EQ(seen(dates, "2005-10-30 02:30:00 x"), "2005-10-30 02:30:00=1130635800");  // winter now
}

TEST(DateDetector, ZonesOfTheLineAreFail2bans) {
  EXPECT_EQ(once("CET Jan 23 21:59:59 x"), "CET Jan 23 21:59:59=1106513999");
  EXPECT_EQ(once("utc Jan 23 21:59:59 x"), "utc Jan 23 21:59:59=-");  // names are in capitals
  EXPECT_EQ(once("2005-01-23 21:59:59 -0530 x"), "2005-01-23 21:59:59 -0530=1106537399");
  auto dates = detector();
  const auto unknown = dates.find("FROM Jan 23 21:59:59 x", at(summer_2005));
  ASSERT_TRUE(unknown);
  EXPECT_FALSE(unknown->time);
  EXPECT_TRUE(unknown->trips_fail2ban);
}

TEST(DateDetector, LogtimezoneIsForLinesWithoutAZone) {
  EXPECT_EQ(once("2005-01-23 20:59:59 x", {}, "UTC"), "2005-01-23 20:59:59=1106513999");
  EXPECT_EQ(once("2005-01-23 15:59:59 x", {}, "EST"), "2005-01-23 15:59:59=1106513999");
  EXPECT_EQ(once("2005-01-23 22:59:59 x", {}, "UTC+0200"), "2005-01-23 22:59:59=1106513999");
  EXPECT_EQ(once("2005-01-23 21:59:59 +0100 x", {}, "EST"), "2005-01-23 21:59:59 +0100=1106513999");
  EXPECT_EQ(once("2005-07-23 15:59:59 x", {}, "EST"), "2005-07-23 15:59:59=1122152399");
}

TEST(DateDetector, LogtimezoneMayBeOneOfIanasWithItsSummerTime) {
  EXPECT_EQ(once("2005-01-23 15:59:59 x", {}, "America/New_York"),
            "2005-01-23 15:59:59=1106513999");
  EXPECT_EQ(once("2005-07-23 15:59:59 x", {}, "America/New_York"),
            "2005-07-23 15:59:59=1122148799");
}

TEST(DateDetector, AnUnknownLogtimezoneIsAnError) {
  for (const auto* zone :
       {"Europe/Nowhere", "XYZ", "ET", "+5", "../../etc/passwd", "/etc/localtime"}) {
    const auto checked = check_logtimezone(zone);
    ASSERT_FALSE(checked) << zone;
    EXPECT_THAT(checked.error().detail, HasSubstr("logtimezone"));
  }
  EXPECT_TRUE(check_logtimezone("NPT"));
  EXPECT_TRUE(check_logtimezone("-05:30"));
  EXPECT_TRUE(check_logtimezone("Asia/Kathmandu"));
}

TEST(DateDetector, EpochPatternsReadMilliAndMicroseconds) {
  EXPECT_EQ(once("1106513999252 x", "LEPOCH"), "1106513999252=1106513999.252000");
  EXPECT_EQ(once("1106513999252521 x", "LEPOCH"), "1106513999252521=1106513999.252521");
  EXPECT_EQ(once("t=1106513999 x", "t={EPOCH}"), "t=1106513999=1106513999");
  EXPECT_EQ(once("x 1106513999 y", "^EPOCH"), "");
  EXPECT_EQ(once("[1106513999] y", "{^LN-BEG}epoch"), "1106513999=1106513999");
}

TEST(DateDetector, PatternsSayWhereADateMayBe) {
  EXPECT_EQ(once("x2005-01-23", "%Y-%m-%d"), "");
  EXPECT_EQ(once("x=2005-01-23", "%Y-%m-%d"), "2005-01-23=1106434800");
  EXPECT_EQ(once("x2005-01-23", "{^LN-BEG}%Y-%m-%d"), "");
  EXPECT_EQ(once("[[2005-01-23", "{^LN-BEG}%Y-%m-%d"), "2005-01-23=1106434800");
  EXPECT_EQ(once("[2005-01-23", "^%Y-%m-%d"), "");
  EXPECT_EQ(once("12005-01-231", "**%Y-%m-%d**"), "2005-01-23=1106434800");
  EXPECT_EQ(once("2005-01-23x", "{UNB}%Y-%m-%d"), "2005-01-23=1106434800");
  EXPECT_EQ(once("2005-01-23x", "%Y-%m-%d"), "");
  EXPECT_EQ(once("[Jan 23 21:59:59] x", "^\\[{DATE}\\]"), "[Jan 23 21:59:59]=1106513999");
  EXPECT_EQ(once("at (Jan 23) x", "\\((%b %d)\\)"), "Jan 23=1106434800");
}

TEST(DateDetector, NoneMeansThatLinesHaveNoDate) {
  auto dates = detector("{NONE}");
  const auto found = dates.find("2005-01-23 21:59:59 x", at(summer_2005));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
  EXPECT_FALSE(found->time);
}

TEST(DateDetector, NamesAreReadInAnyCase) {
  EXPECT_EQ(once("SUNDAY, JANUARY 23 2005", "%A, %B %d %Y"), "SUNDAY, JANUARY 23 2005=1106434800");
  EXPECT_EQ(once("2005t01", "%Yt%m%d"), "");
}

TEST(DateDetector, HalfDaysWeeksAndDaysOfTheYear) {
  EXPECT_EQ(once("Jan 23, 2005 12:00:00 AM x"), "Jan 23, 2005 12:00:00 AM=1106434800");
  EXPECT_EQ(once("Jan 23, 2005 12:00:00 pm x"), "Jan 23, 2005 12:00:00 pm=1106478000");
  EXPECT_EQ(once("2005-023", "%Y-%j"), "2005-023=1106434800");
  EXPECT_EQ(once("2005 3 0", "%Y %W %w"), "2005 3 0=1106434800");  // Sunday ends the third week
  EXPECT_EQ(once("2005 4 0", "%Y %U %w"), "2005 4 0=1106434800");  // or begins the fourth
}

TEST(DateDetector, SeveralPatternsAreTriedInTheirOrder) {
  auto dates = detector("%d/%m/%Y\n  %Y-%m-%d  \n\n");
  EXPECT_EQ(seen(dates, "2005-01-23 and 24/01/2005"), "2005-01-23=1106434800");
  EXPECT_EQ(seen(dates, "24/01/2005 x"), "24/01/2005=1106521200");
}

TEST(DateDetector, TheTemplateOfTheLastLineGoesFirst) {
  auto dates = detector();
  EXPECT_EQ(seen(dates, "a name of its own 2005-01-24 10:00:00 x"),
            "2005-01-24 10:00:00=1106557200");
  EXPECT_EQ(seen(dates, "[Jan 23 21:59:59] 2005-01-24 10:00:00 x"),
            "2005-01-24 10:00:00=1106557200");
  EXPECT_EQ(once("[Jan 23 21:59:59] 2005-01-24 10:00:00 x"), "Jan 23 21:59:59=1106513999");
}

TEST(DateDetector, TheShortCutFindsWhatTheTemplateWouldFind) {
  auto dates = detector();
  EXPECT_EQ(seen(dates, "Jan 23 21:59:58 mail x"), "Jan 23 21:59:58=1106513998");
  EXPECT_EQ(seen(dates, "Jan 23 22:01:09 mail x"), "Jan 23 22:01:09=1106514069");
  EXPECT_EQ(seen(dates, "Jan 23 24:01:09 mail x"), "Jan 23 24:01:09=-");
  EXPECT_EQ(seen(dates, "Jan 23 22:01:09 2004 x"), "Jan 23 22:01:09 2004=1074891669");
  EXPECT_EQ(seen(dates, "Jan 23 22:01:091 mail x"), "");
  EXPECT_EQ(seen(dates, "Jan 23 22:01:7x mail x"), "");
  EXPECT_EQ(seen(dates, "Jan 24 22:01:09 mail x"), "Jan 24 22:01:09=1106600469");
  EXPECT_EQ(seen(dates, "Jan 24 22:01:08"), "Jan 24 22:01:08=1106600468");
  EXPECT_EQ(dates.templates().front().hits, 6);
}

TEST(DateDetector, TheShortCutSeesThatAZoneGoesOn) {
  auto dates = detector();
  EXPECT_EQ(seen(dates, "2005-01-24T10:00:00+02:00x mail"), "2005-01-24T10:00:00+02=1106553600");
  EXPECT_EQ(seen(dates, "2005-01-24T10:00:01+02:00 mail"), "2005-01-24T10:00:01+02:00=1106553601");
  EXPECT_EQ(seen(dates, "2005-01-24T10:00:02+02: mail"), "2005-01-24T10:00:02+02=1106553602");
  EXPECT_EQ(seen(dates, "2005-01-24T10:00:03+02:30 mail"), "2005-01-24T10:00:03+02:30=1106551803");
}

/// Patterns for which there are short cuts, and some that look like them.
const std::vector<std::string> short_cut_patterns = {
    "",
    "{^LN-BEG}",
    "^{DATE}",
    "{DATE}",
    "{^LN-BEG}{DATE}",
    "EPOCH",
    "TAI64N",
    "{^LN-BEG}EPOCH\n{^LN-BEG}",
    "^%Y-%m-%d %H:%M:%S",
    "^t=%Y-%m-%dT%H:%M:%S%z",
    "^\\[%d/%b/%Y %H:%M:%S\\]",
    "^[^\\[]*\\[({DATE})\n{^LN-BEG}",
    "^<W>{DATE}",
    "%d/%b[^/]*/%Y:%H:%M:%S %z",
    "%d/%b?/%Y:%H:%M:%S",
    "%d/%b|%H:%M:%S",
    "(?:%d/%b)?:%H:%M:%S",
    "x :%M:%S",
    "%H:%M:%S(?:\\.%f)?",
    "^L %d/%m/%Y - %H:%M:%S|x",
    "{^LN-BEG}(?:%a )?%b %d %H:%M:%S(?:\\.%f)?(?: %ExY)?\n{^LN-BEG}",
    "{^LN-BEG}%ExY(?P<_sep>[-/.])%m(?P=_sep)%d[T ]%H:%M:%S(?:[.,]%f)?(?:\\s*%z)?"};

/// Lines of one form for a while, in which now and then something is not as it should be.
class OddLines {
public:
  explicit OddLines(unsigned seed) : random_(seed) {}

  std::string next() {
    form_ = below(12) == 0 ? below(forms.size()) : form_;
    second_ += below(3);
    auto out = fmt::format(fmt::runtime(forms.at(form_)), second_ / 60 % 60, second_ % 60);
    out += below(4) == 0 ? " [29/Nov/2026:10:00:01 +0000] x" : " mail/x[27]: 5/Nov done";
    if (below(10) == 0) {
      const std::string odd = "0:/[<@ xN\xC3\xA9";
      out.insert(below(out.size() + 1), below(8) == 0 ? odd.substr(9) : odd.substr(below(9), 1));
    }
    if (below(20) == 0) {
      out.erase(below(out.size()), below(5));
    }
    return text::to_valid_utf8(out);
  }

private:
  std::size_t below(std::size_t end) { return random_() % end; }

  static constexpr std::array<std::string_view, 12> forms = {"Nov 29 10:{:02}:{:02}",
                                                             "Sun Nov  9 1:{:02}:{:02}",
                                                             "2026-11-29 10:{:02}:{:02}",
                                                             "2026-11-29T10:{:02}:{:02}.25Z",
                                                             "[29/Nov/2026:10:{:02}:{:02} +0100]",
                                                             "[29/Nov/2026 10:{:02}:{:02}]",
                                                             "t=2026-11-29T10:{:02}:{:02}+0000",
                                                             "<W>Nov 29 10:{:02}:{:02}",
                                                             "17643{:02}{:02}0",
                                                             "@400000005ed{:02}{:02}0a1b2c3d4e5f6",
                                                             "no date {}.{}",
                                                             "x :{:02}:{:02}"};

  std::mt19937 random_;
  std::size_t form_{0};
  std::size_t second_{0};
};

TEST(DateDetector, FindsNoneOnlyWhereNoTemplateMatches) {
  std::size_t none = 0;
  for (const auto& pattern : short_cut_patterns) {
    auto dates = detector(pattern);
    std::vector<Regex> templates;
    for (const auto& use : dates.templates()) {
      templates.push_back(*Regex::compile(use.regex));
    }
    OddLines lines(11);
    for (int i = 0; i < 1'500; ++i) {
      const auto line = lines.next();
      const bool found = dates.find(line, at(summer_2005)).has_value();
      none += found ? 0 : 1;
      Match match;
      const bool matches = std::ranges::any_of(templates, [&](const Regex& regex) {
        return regex.search(line, match) == MatchStatus::matched;
      });
      ASSERT_TRUE(found || !matches) << pattern << "\n" << line;
    }
  }
  EXPECT_GT(none, 10'000U);
}

/// A line without a date ends what is known of a date's shape, and changes nothing else.
TEST(DateDetector, FindsByItsShapeWhatIsFoundWithoutIt) {
  for (const auto& pattern : short_cut_patterns) {
    auto dates = detector(pattern);
    auto plain = detector(pattern);
    OddLines lines(12);
    for (int i = 0; i < 1'500; ++i) {
      const auto line = lines.next();
      ASSERT_EQ(seen(plain, ""), "");
      ASSERT_EQ(seen(dates, line), seen(plain, line)) << pattern << "\n" << line;
    }
    const auto uses = dates.templates();
    const auto plain_uses = plain.templates();
    for (std::size_t i = 0; i < uses.size(); ++i) {
      EXPECT_EQ(uses[i].name, plain_uses[i].name) << pattern;
      EXPECT_EQ(uses[i].hits, plain_uses[i].hits) << pattern;
      EXPECT_EQ(uses[i].weight, plain_uses[i].weight) << pattern;
    }
  }
}

TEST(DateDetector, RefusesBeginningsOfLinesInWhichItFoundNone) {
  auto dates = detector("^%Y-%m-%d %H:%M:%S");
  EXPECT_FALSE(dates.refuses("Nov 29"));
  EXPECT_EQ(seen(dates, "Nov 29 10:00:00 x"), "");
  EXPECT_TRUE(dates.refuses("Nov 29"));
  EXPECT_TRUE(dates.refuses("N"));
  EXPECT_FALSE(dates.refuses("2005"));
  EXPECT_FALSE(dates.must_look());
  auto slashed = detector("%d/%b[^/]*/%Y:%H:%M:%S %z");
  EXPECT_TRUE(slashed.refuses("Nov 29"));
  EXPECT_TRUE(slashed.must_look());
  EXPECT_TRUE(slashed.looks_dateless(LineView("Nov 29 10:00:00 inet/smtp 1/2")));
  EXPECT_FALSE(slashed.looks_dateless(LineView("Nov 29 10:00:00 2/Nov")));
  EXPECT_FALSE(detector("%d.%m.%y").refuses("Nov 29"));
}

TEST(DateDetector, BadPatternsSayWhatIsWrong) {
  EXPECT_EQ(complaint("100%"), "\"%\" is no date field; a percent sign is written %%");
  EXPECT_EQ(complaint("%Y %q"), "\"%q\" is no date field; a percent sign is written %%");
  EXPECT_THAT(complaint("[%Y"), HasSubstr("unterminated character set"));
  EXPECT_THAT(complaint("%Y %Y"), HasSubstr("redefinition of group name 'Y'"));
  EXPECT_THAT(complaint("%Y\n%Y"), HasSubstr("is there twice"));
  EXPECT_EQ(complaint("100%% %Y"), "none");
}

TEST(DateDetector, YearsOfExYReachFrom2000ToThreeYearsAhead) {
  EXPECT_EQ(once("1999-01-23 21:59:59 x"), "");
  EXPECT_EQ(once("2000-01-23 21:59:59 x"), "2000-01-23 21:59:59=948661199");
  auto later = DateDetector::create({{}, {}, zurich()}, at(1'900'000'000));  // 2030
  ASSERT_TRUE(later);
  EXPECT_EQ(seen(*later, "2039-01-23 21:59:59 x"), "2039-01-23 21:59:59=2179429199");
  EXPECT_EQ(seen(*later, "2049-01-23 21:59:59 x"), "");
}

}  // namespace spranga::guard
