#include "guard/old_logs/journal_source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guard/logs/journal_line.h"
#include "guard/logs/journal_match.h"
#include "guard/old_logs/byte_source.h"
#include "tests/guard/old_logs/packing.h"

namespace spranga::guard {
namespace {

using testing::ElementsAre;
using testing::Optional;

/// data/small.journal.xz, made by systemd-journal-remote: four entries.
std::string small_journal() {
  const std::string packed_path =
      std::string(SPRANGA_SOURCE_DIR) + "/tests/guard/logs/data/small.journal.xz";
  auto bytes = open_bytes(Fd(::open(packed_path.c_str(), O_RDONLY | O_CLOEXEC)), "journal").value();
  std::string out;
  std::vector<char> block(1U << 20U);
  for (auto count = bytes->read(block).value(); count > 0; count = bytes->read(block).value()) {
    out.append(block.data(), count);
  }
  return out;
}

ban::Instant at_micro(std::int64_t micros) {
  return ban::Instant(std::chrono::microseconds(micros));
}

TEST(JournalSource, GivesEntriesAsFail2banWritesThem) {
  const LogFolder folder;
  const auto log = read_log(folder.write("small.journal", small_journal()));
  std::string last = "mail app[77]: two\\nlines \xFF";
  last += '\0';
  last += " here";
  EXPECT_THAT(log.lines,
              ElementsAre("mail sshd[321]: Failed password for root from 192.0.2.7 port 4711 ssh2",
                          "mail sshd[400]: Failed password for root from 1.2.3.4 port 22 ssh2",
                          "mail kernel: [    6.500000] nft: dropped",
                          last));
  EXPECT_FALSE(log.error);
}

TEST(JournalSource, ReadsAFolder) {
  const LogFolder folder;
  EXPECT_EQ(folder.write("small.journal", small_journal()).empty(), false);
  EXPECT_EQ(read_log(folder.path()).lines.size(), 4);
}

TEST(JournalSource, TakesTheTimeOfTheSourceFirst) {
  const LogFolder folder;
  const auto source = open_log(folder.write("small.journal", small_journal())).value();
  EXPECT_TRUE(source->is_journal());
  EXPECT_EQ(source->last_time(), at_micro(1763999736500000));
  EXPECT_EQ(source->next().value()->at, at_micro(1763999733000001));
  EXPECT_EQ(source->next().value()->at, at_micro(1763999734500000));
}

TEST(JournalMatch, WantsWhatTheServiceWroteAndNotWhoClaimsToBeIt) {
  const LogFolder folder;
  const auto source = open_log(folder.write("small.journal", small_journal())).value();
  const JournalMatch sshd({"_SYSTEMD_UNIT=sshd.service + _COMM=sshd"});
  const JournalMatch both({"_COMM=sshd _COMM=logger _HOSTNAME=mail"});
  const JournalMatch none({"_COMM=sshd _HOSTNAME=other"});
  ASSERT_TRUE(source->next().value());
  EXPECT_TRUE(wants(sshd, *source));
  EXPECT_TRUE(wants(both, *source));
  EXPECT_FALSE(wants(none, *source));
  EXPECT_TRUE(wants(JournalMatch({}), *source));
  ASSERT_TRUE(source->next().value());
  EXPECT_FALSE(wants(sshd, *source));
  EXPECT_TRUE(wants(both, *source));
}

TEST(JournalSource, SaysThatAFileIsDamaged) {
  const LogFolder folder;
  const auto log = read_log(folder.write("bad.journal", "LPKSHHRH and nothing more"));
  ASSERT_TRUE(log.error);
  EXPECT_NE(log.error->detail.find("bad.journal"), std::string::npos);
  auto bytes = small_journal();
  std::fill(bytes.begin() + 3000, bytes.begin() + 6000, '\x55');
  EXPECT_LE(read_log(folder.write("torn.journal", bytes)).lines.size(), 4);
}

TEST(JournalLine, LeavesOutWhatAnEntryLacks) {
  EXPECT_EQ(journal_line({"host", "", "", "text", 0}), "host text");
  EXPECT_EQ(journal_line({"", "prog", "", "text", 0}), "prog: text");
  EXPECT_EQ(journal_line({"", "", "", "text", 0}), "text");
}

}  // namespace
}  // namespace spranga::guard
