// Restarts: what was read in one life is not read in the next, and nothing in between is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>
#include <memory>
#include <random>

#include "guard/logs/sha1.h"
#include "tests/guard/logs/watching.h"

namespace spranga::guard {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Keeps places as the daemon and its ledger do: by path and inode, the last of each, and when it
/// became so.
class Lives : public KeptLines {
public:
  void on_line(const LiveLine& line) override {
    KeptLines::on_line(line);
    keep(line.after);
  }

  /// A life begins; the one before ended without notice.
  void begin(const std::string& pattern, bool tail = false) {
    watch.reset();
    files = LocalLogFiles::make(Links::any).value();
    watch = std::make_unique<FileWatch>(*files, clock, DateOf());
    std::vector<JailPlace> places;
    for (const auto& [key, place] : kept) {
      places.push_back({0, place});
    }
    watch->follow({{0, pattern, tail, std::chrono::seconds(600)}}, places);
  }

  void end() { watch.reset(); }

  void turn() {
    watch->turn(clock.now(), *this);
    for (const auto& each : watch->positions()) {
      keep(each.place);
    }
  }

  [[nodiscard]] const std::vector<std::string>& read() {
    auto now = clock.now();
    do {
      now = clock.now();
      turn();
    } while (watch->next_turn(now) <= now);
    return of[0];
  }

  void keep(LogPlace place) {
    auto& old = kept[{place.path, place.inode}];
    place.at = old.at;
    if (place != old) {
      old = place;
      old.at = std::chrono::time_point_cast<ban::Instant::duration>(clock.wall());
    }
  }

  SystemClock clock;
  std::unique_ptr<LocalLogFiles> files;
  std::unique_ptr<FileWatch> watch;
  std::map<std::pair<std::string, std::uint64_t>, LogPlace> kept;
};

struct Restart : testing::Test {
  void TestBody() override {}

  [[nodiscard]] std::string path(const std::string& name) const {
    return folder.path() + "/" + name;
  }

  void append(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary | std::ios::app) << bytes;
  }

  void rename(const std::string& from, const std::string& to) const {
    std::filesystem::rename(path(from), path(to));
  }

  /// Of three files only the first line of the oldest is read; nothing has the log's name.
  void read_one_and_rotate_twice() {
    append("mail.log", "one\n");
    lives.begin(path("mail.log"));
    EXPECT_THAT(lives.read(), ElementsAre("one"));
    lives.end();
    append("mail.log", "two\n");
    rename("mail.log", "mail.log.1");
    append("mail.log", "three\n");
    rename("mail.log.1", "mail.log.2");
    rename("mail.log", "mail.log.1");
  }

  LogFolder folder;
  Lives lives;
};

TEST_F(Restart, GoesOnWhereItWas) {
  append("mail.log", "one\ntwo\nhal");
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), ElementsAre("one", "two"));
  lives.end();
  append("mail.log", "f\n");
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), ElementsAre("one", "two", "half"));
}

TEST_F(Restart, GoesOnInALogThatBeginsAtTheEnd) {
  append("mail.log", "old\n");
  lives.begin(path("mail.log"), true);
  EXPECT_THAT(lives.read(), IsEmpty());
  append("mail.log", "one\n");
  EXPECT_THAT(lives.read(), ElementsAre("one"));
  append("mail.log", "two\n");
  lives.begin(path("mail.log"), true);
  EXPECT_THAT(lives.read(), ElementsAre("one", "two"));
}

TEST_F(Restart, ReadsTheRestOfAFileThatWasRotatedMeanwhileFirst) {
  append("mail.log.1", "very old\n");
  append("mail.log", "one\n");
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), ElementsAre("one"));
  lives.end();
  append("mail.log", "two\n");
  rename("mail.log.1", "mail.log.2");
  rename("mail.log", "mail.log.1");
  append("mail.log", "three\n");
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), ElementsAre("one", "two", "three"));
  append("mail.log.1", "late\n");
  EXPECT_THAT(lives.read(), ElementsAre("one", "two", "three", "late"));
}

TEST_F(Restart, ReadsWhatCameAndWentMeanwhile) {
  read_one_and_rotate_twice();
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), ElementsAre("one", "two", "three"));
  append("mail.log", "four\n");
  EXPECT_THAT(lives.read(), ElementsAre("one", "two", "three", "four"));
}

TEST_F(Restart, AnEmptyLogWithTheNumberOfOneThatWentHidesNothing) {
  read_one_and_rotate_twice();
  append("mail.log", "");
  struct stat now = {};
  ASSERT_EQ(::stat(path("mail.log").c_str(), &now), 0);
  LogPlace place;
  place.path = path("mail.log");
  place.device = now.st_dev;
  place.inode = now.st_ino;
  lives.keep(place);
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), ElementsAre("one", "two", "three"));
}

TEST_F(Restart, FindsTheCopyOfALogThatWasTruncatedMeanwhile) {
  append("mail.log", "one\n");
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), ElementsAre("one"));
  lives.end();
  append("mail.log", "two\n");
  std::filesystem::copy(path("mail.log"), path("mail.log.1"));
  std::filesystem::resize_file(path("mail.log"), 0);
  append("mail.log", "three\n");
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), ElementsAre("one", "two", "three"));
}

TEST_F(Restart, FindsTheCopiesOfALogThatWasEmptyWhenItWasReadLast) {
  append("mail.log", "");
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), IsEmpty());
  lives.end();
  for (const char* const copy : {"mail.log.2", "mail.log.1"}) {
    append("mail.log", copy + std::string("\n"));
    std::filesystem::copy(path("mail.log"), path(copy));
    std::filesystem::resize_file(path("mail.log"), 0);
  }
  append("mail.log", "three\n");
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), ElementsAre("mail.log.2", "mail.log.1", "three"));
}

TEST_F(Restart, ReadsNoCopyThatWasThereWhenTheLogWasEmpty) {
  append("mail.log.1", "old\n");
  append("mail.log", "");
  std::filesystem::last_write_time(
      path("mail.log.1"), std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), IsEmpty());
  append("mail.log", "one\n");
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), ElementsAre("one"));
}

TEST_F(Restart, TakesAPlaceOfFail2banByTheFirstLine) {
  append("mail.log", "first\nsecond\nthird\n");
  LogPlace place;
  place.path = path("mail.log");
  place.offset = 13;
  place.first_line_md5 = sha1_hex("first\n");
  lives.keep(place);
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), ElementsAre("third"));
}

TEST_F(Restart, ReadsAnotherLogOfThatNameFromItsBeginning) {
  append("mail.log", "other\nlog\n");
  LogPlace place;
  place.path = path("mail.log");
  place.inode = 1;
  place.offset = 6;
  place.first_line_md5 = sha1_hex("first\n");
  lives.keep(place);
  lives.begin(path("mail.log"));
  EXPECT_THAT(lives.read(), ElementsAre("other", "log"));
}

TEST_F(Restart, DoesNotReadRotationsThatAGlobNames) {
  append("mail.log", "one\n");
  lives.begin(path("mail.log*"));
  EXPECT_THAT(lives.read(), ElementsAre("one"));
  rename("mail.log", "mail.log.1");
  append("mail.log", "two\n");
  EXPECT_THAT(lives.read(), ElementsAre("one", "two"));
  std::filesystem::copy(path("mail.log"), path("mail.log.2"));
  EXPECT_THAT(lives.read(), ElementsAre("one", "two"));
  lives.begin(path("mail.log*"));
  append("mail.log", "three\n");
  EXPECT_THAT(lives.read(), ElementsAre("one", "two", "three"));
}

enum class RotatedBy { renaming, copying };

/// A random life of a log and its reader, every step of which is certain.
class RandomLives {
public:
  RandomLives(Restart& at, RotatedBy kind, unsigned seed) : at_(at), kind_(kind), random_(seed) {}

  void run(int steps) {
    const std::vector<std::function<void()>> deeds = {
        [this] { write(); },
        [this] { write(); },
        [this] { write(); },
        [this] { rotate(); },
        [this] { forget_the_oldest(); },
        [this] { at_.lives.turn(); },
        [this] { at_.lives.turn(); },
        [this] { at_.lives.begin(at_.path("mail.log")); },
    };
    write();
    at_.lives.begin(at_.path("mail.log"));
    at_.lives.turn();
    for (int i = 0; i < steps; ++i) {
      deeds[random_() % deeds.size()]();
    }
    static_cast<void>(at_.lives.read());
  }

  [[nodiscard]] const std::vector<std::string>& written() const { return written_; }

private:
  static constexpr int most_rotations = 26;

  void write() {
    std::string bytes;
    for (auto count = 1 + random_() % 5; count > 0; --count) {
      written_.push_back("line " + std::to_string(written_.size()));
      bytes += written_.back() + "\n";
    }
    at_.append("mail.log", bytes);
  }

  void shift() const {
    for (int number = most_rotations - 1; number > 0; --number) {
      const auto from = at_.path("mail.log." + std::to_string(number));
      ::rename(from.c_str(), at_.path("mail.log." + std::to_string(number + 1)).c_str());
    }
  }

  void rotate() {
    shift();
    if (kind_ == RotatedBy::renaming) {
      at_.rename("mail.log", "mail.log.1");
    } else {
      std::filesystem::copy(at_.path("mail.log"), at_.path("mail.log.1"));
      std::filesystem::resize_file(at_.path("mail.log"), 0);
    }
    if (random_() % 3 != 0) {
      write();
    } else {
      at_.append("mail.log", "");
    }
  }

  /// Its number may then be another file's.
  void forget_the_oldest() {
    static_cast<void>(at_.lives.read());
    for (int number = most_rotations; number > 0; --number) {
      if (std::filesystem::remove(at_.path("mail.log." + std::to_string(number)))) {
        return;
      }
    }
  }

  Restart& at_;
  RotatedBy kind_;
  std::minstd_rand random_;
  std::vector<std::string> written_;
};

class RandomRestart : public testing::TestWithParam<RotatedBy> {};

TEST_P(RandomRestart, LosesNoLineAndGivesNoneTwice) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    Restart each;
    RandomLives life(each, GetParam(), seed);
    life.run(60);
    auto read = each.lives.of[0];
    auto written = life.written();
    std::ranges::sort(read);
    std::ranges::sort(written);
    ASSERT_EQ(read, written) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         RandomRestart,
                         testing::Values(RotatedBy::renaming, RotatedBy::copying),
                         [](const auto& kind) {
                           return kind.param == RotatedBy::renaming ? "Renaming" : "Copying";
                         });

}  // namespace
}  // namespace spranga::guard
