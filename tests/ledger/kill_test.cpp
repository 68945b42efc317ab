// A kill -9 in mid-write: what is there afterwards is a beginning of what was noted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <random>

#include "base/fd.h"
#include "tests/ledger/support.h"

namespace spranga::ledger::test {
namespace {

#if defined(__SANITIZE_THREAD__)
constexpr bool can_fork = false;  // TSan allows no threads after a fork
#else
constexpr bool can_fork = true;
#endif

std::string address(std::uint64_t number) {
  return fmt::format("2001:db8::{:x}", number + 1);
}

/// Notes sighting after sighting behind the position that it finds, each with its position, every
/// seventh with a ban; a byte into the pipe for each.
[[noreturn]] void write_on(const LedgerFiles& files, int pipe) {
  const FixedClock clock;
  LedgerOptions options;
  options.linger = std::chrono::milliseconds(0);
  auto ledger = Ledger::open(files, options, clock);
  if (!ledger) {
    ::_exit(1);
  }
  (*ledger)->set_jails(jails);
  const auto memory = (*ledger)->recall(jails, noon);
  std::uint64_t next = memory && !memory->positions.empty() ? memory->positions[0].offset : 0;
  for (;; ++next) {
    Records together{seen(address(next))};
    if (next % 7 == 0) {
      together.emplace_back(banned(address(next)));
    }
    if (next % 70 == 0) {
      together.emplace_back(BanEnded{"sshd", address(next), noon});
    }
    together.emplace_back(position(next + 1));
    together.emplace_back(Totals{"sshd", next + 1, 0});
    (*ledger)->note(std::move(together));
    if (next == 149) {  // so that not all of these lives are over before anything is written
      static_cast<void>((*ledger)->flush(std::chrono::seconds(20)));
    }
    if (::write(pipe, "x", 1) != 1) {
      ::_exit(1);
    }
  }
}

/// A life that ends by SIGKILL after about `notes` notes.
void live_and_be_killed(const LedgerFiles& files, int notes) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  Fd reading(ends[0]);
  Fd writing(ends[1]);
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    reading.reset();
    write_on(files, writing.get());
  }
  writing.reset();
  std::array<char, 512> bytes{};
  for (long read = 0;
       notes > 0 &&
       (read = ::read(reading.get(), bytes.data(), std::min<std::size_t>(bytes.size(), notes))) >
           0;) {
    notes -= static_cast<int>(read);
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

void expect_a_beginning(const LedgerFiles& files, std::uint64_t& known) {
  const FixedClock clock;
  auto ledger = opened(files, clock);
  ASSERT_NE(ledger, nullptr);
  const auto memory = ledger->recall(jails, noon);
  ASSERT_TRUE(memory) << memory.error().detail;
  const auto count = memory->positions.empty() ? 0 : memory->positions[0].offset;
  EXPECT_GE(count, known) << "what was there before is there no more";
  known = count;
  ASSERT_EQ(memory->seen.size(), count);
  std::vector<std::string> bans;
  for (std::uint64_t i = 0; i < count; ++i) {
    ASSERT_EQ(memory->seen[i].id, address(i));
    if (i % 7 == 0 && i % 70 != 0) {
      bans.push_back(address(i));
    }
  }
  EXPECT_EQ(names(memory->bans), bans);
  if (count > 0) {
    EXPECT_EQ(memory->totals.at(0).failed, count);
    EXPECT_FALSE(memory->clean_stop);
  }
  // fail2ban's database, damaged or not, is the same again.
  ASSERT_TRUE(ledger->flush(20s)) << ledger->health().trouble;
  auto mirrored = asked(files.fail2ban, "SELECT ip FROM bips");
  std::ranges::sort(mirrored);
  std::ranges::sort(bans);
  EXPECT_EQ(mirrored, bans);
  EXPECT_THAT(asked(files.fail2ban, "SELECT count(*) - count(DISTINCT ip) FROM bans"),
              testing::ElementsAre("0"));
}

TEST(Kill, LeavesABeginningOfWhatWasNoted) {
  if (!can_fork) {
    GTEST_SKIP() << "no fork under this sanitizer";
  }
  const Folder folder;
  std::mt19937 random(testing::UnitTest::GetInstance()->random_seed());
  std::uint64_t known = 0;
  for (int round = 0; round < 20; ++round) {
    live_and_be_killed(folder.files(), static_cast<int>(random() % 700));
    ASSERT_NO_FATAL_FAILURE(expect_a_beginning(folder.files(), known)) << "round " << round;
  }
  EXPECT_GT(known, 100U);
}

}  // namespace
}  // namespace spranga::ledger::test
