#include "guard/old_logs/text_source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include "tests/guard/old_logs/packing.h"
#include "tests/guard/old_logs/pieces.h"

namespace spranga::guard {
namespace {

using testing::ElementsAre;

ReadLog lines_of(const std::string& bytes, std::size_t piece = 7, std::size_t longest = 1000) {
  TextSource source(std::make_unique<Pieces>(bytes, piece), longest);
  return read_all(source);
}

TEST(TextSource, GivesLinesWithoutTheirBreaks) {
  EXPECT_THAT(lines_of("one\ntwo\r\n\nthree").lines, ElementsAre("one", "two\r", "", "three"));
  EXPECT_THAT(lines_of("one\n").lines, ElementsAre("one"));
  EXPECT_TRUE(lines_of("").lines.empty());
}

TEST(TextSource, KeepsEveryByteOfALine) {
  std::string odd = "a";
  odd += '\0';
  odd += "b\xFF\x80\x1B[2J";
  EXPECT_THAT(lines_of(odd + "\n" + odd).lines, ElementsAre(odd, odd));
}

TEST(TextSource, DropsTheHoleOfCopytruncate) {
  for (const std::size_t hole : {1U, 6U, 5000U}) {
    const auto bytes = std::string(hole, '\0') + "first\nsecond\n" + std::string(hole, '\0');
    EXPECT_THAT(lines_of(bytes).lines, ElementsAre("first", "second")) << hole;
  }
}

TEST(TextSource, CutsALineAtItsLimitAndGoesOnWithTheNext) {
  TextSource source(std::make_unique<Pieces>("12345678\n123456789\nnext\n123456789", 3), 8);
  const auto log = read_all(source);
  EXPECT_THAT(log.lines, ElementsAre("12345678", "12345678", "next", "12345678"));
  EXPECT_EQ(source.cut_lines(), 2);
}

TEST(TextSource, ReadsALineOfTenMegabytes) {
  const std::string longish(10'000'000, 'x');  // NOLINT(bugprone-string-constructor)
  const auto log = lines_of("a\n" + longish + "\nb\n", 1U << 16U, longest_log_line);
  ASSERT_EQ(log.lines.size(), 3);
  EXPECT_EQ(log.lines[1].size(), longish.size());
}

TEST(TextSource, GivesTheSameLinesHoweverTheBytesCome) {
  std::mt19937 random(42);
  std::string bytes;
  for (int i = 0; i < 20000; ++i) {
    const auto roll = random() % 20;
    bytes += roll == 0 ? '\n' : roll == 1 ? '\0' : static_cast<char>('a' + roll);
  }
  const auto whole = lines_of(bytes, bytes.size(), 25).lines;
  for (const std::size_t piece : {1U, 2U, 3U, 64U, 4096U}) {
    EXPECT_EQ(lines_of(bytes, piece, 25).lines, whole) << piece;
  }
}

TEST(TextSource, KeepsWhatCameBeforeTheDamageButNoHalfLine) {
  TextSource source(std::make_unique<Pieces>("one\ntwo\nhal", 4, true));
  const auto log = read_all(source);
  EXPECT_THAT(log.lines, ElementsAre("one", "two"));
  EXPECT_EQ(log.error->code, Errc::malformed);
}

std::string many_lines() {
  std::string out;
  std::mt19937 random(7);
  for (int i = 0; i < 60000; ++i) {
    out += "line " + std::to_string(i) + " " + std::to_string(random()) + "\n";
  }
  return out;
}

class PackedLog : public testing::TestWithParam<const char*> {};

TEST_P(PackedLog, IsReadByItsContentWhateverItsName) {
  const LogFolder folder;
  const auto plain = read_log(folder.write("plain", many_lines())).lines;
  EXPECT_EQ(plain.size(), 60000);
  EXPECT_EQ(read_log(folder.write("mail.log.2", packed(GetParam(), many_lines()))).lines, plain);
}

TEST_P(PackedLog, GivesWhatStandsBeforeTheDamage) {
  const LogFolder folder;
  auto bytes = packed(GetParam(), many_lines());
  bytes.resize(bytes.size() * 9 / 10);
  const auto log = read_log(folder.write("broken", bytes));
  ASSERT_TRUE(log.error);
  EXPECT_EQ(log.error->code, Errc::malformed);
  EXPECT_NE(log.error->detail.find("broken"), std::string::npos) << log.error->detail;
  const auto whole = read_log(folder.write("plain", many_lines())).lines;
  ASSERT_LE(log.lines.size(), whole.size());
  EXPECT_TRUE(std::equal(log.lines.begin(), log.lines.end(), whole.begin()));
  EXPECT_GT(log.lines.size(), 0);
}

INSTANTIATE_TEST_SUITE_P(Formats,
                         PackedLog,
                         testing::Values("gzip", "bzip2", "xz", "zstd"),
                         [](const auto& format) { return std::string(format.param); });

TEST(PackedLog, ReadsArchivesThatWereAppended) {
  const LogFolder folder;
  for (const auto* format : {"gzip", "xz", "zstd", "bzip2"}) {
    const auto path = folder.write("two", packed(format, "one\n") + packed(format, "two\n"));
    EXPECT_THAT(read_log(path).lines, ElementsAre("one", "two")) << format;
  }
}

TEST(PackedLog, GivesTheWholeLinesOfAShortOneThatIsCutOff) {
  const LogFolder folder;
  std::string text;
  for (int i = 0; i < 50; ++i) {
    text += "line " + std::to_string(i * 7919) + "\n";
  }
  auto bytes = packed("gzip", text);
  bytes.resize(bytes.size() - 12);
  const auto log = read_log(folder.write("short.gz", bytes));
  ASSERT_TRUE(log.error);
  EXPECT_EQ(log.error->code, Errc::malformed);
  EXPECT_THAT(log.error->detail, testing::HasSubstr("truncated"));
  ASSERT_GT(log.lines.size(), 30);
  EXPECT_EQ(log.lines[30], "line " + std::to_string(30 * 7919));
}

TEST(PackedLog, DoesNotMindPaddingBehindAnArchive) {
  const LogFolder folder;
  const auto path = folder.write("padded.gz", packed("gzip", "one\n") + std::string(512, '\0'));
  const auto log = read_log(path);
  EXPECT_FALSE(log.error);
  EXPECT_THAT(log.lines, ElementsAre("one"));
}

TEST(OpenLog, RefusesAFolderWithoutJournals) {
  const LogFolder folder;
  static_cast<void>(folder.write("mail.log", "line\n"));
  const auto opened = open_log(folder.path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::malformed);
  EXPECT_THAT(opened.error().detail, testing::HasSubstr("without journal files"));
}

TEST(OpenLog, SaysWhatIsMissing) {
  const LogFolder folder;
  EXPECT_EQ(open_log(folder.path() + "/none").error().code, Errc::not_found);
  EXPECT_TRUE(read_log(folder.write("empty", "")).lines.empty());
  EXPECT_THAT(read_log(folder.write("short", "\x1F")).lines, ElementsAre("\x1F"));
}

TEST(KeepInMemory, LetsAPipeBeReadTwice) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ASSERT_EQ(::write(ends[1], "one\ntwo\n", 8), 8);
  ::close(ends[1]);
  const auto path = keep_in_memory(ends[0], 1000).value();
  EXPECT_THAT(read_log(path).lines, ElementsAre("one", "two"));
  EXPECT_THAT(read_log(path).lines, ElementsAre("one", "two"));
  ::close(ends[0]);
}

TEST(KeepInMemory, HasALimit) {
  const LogFolder folder;
  const Fd file(::open(folder.write("big", std::string(1001, 'x')).c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(keep_in_memory(file.get(), 1000).error().code, Errc::too_large);
}

}  // namespace
}  // namespace spranga::guard
