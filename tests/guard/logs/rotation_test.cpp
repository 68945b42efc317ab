// A thousand rotations of each kind while another process writes: what was written is what is read.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <random>

#include "tests/guard/logs/watching.h"

namespace spranga::guard {
namespace {

constexpr int rotations = 1000;
constexpr int rotations_kept = 14;  // files with numbers
constexpr int rotations_ahead = 8;  // of the reader, at most

enum class Kind { rename_create, rename_write_on, copytruncate, truncate_refill };

/// The writing process: numbered lines in a log that it rotates itself. It never gets so far ahead
/// that a rotation is deleted before the reader can have seen it.
class Writer {
public:
  Writer(std::string path, Kind kind, int acknowledged)
      : path_(std::move(path)), kind_(kind), acknowledged_(acknowledged) {}

  void run() {
    open_new();
    for (int i = 0; i < rotations; ++i) {
      write_lines(random_() % 20, log_.get());
      if (kind_ == Kind::truncate_refill || i % rotations_ahead == 0) {
        wait_for_reader();
      }
      rotate();
    }
    write_lines(1, log_.get());
    say("end\n", log_.get());
  }

private:
  void open_new() {
    log_ = Fd(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  }

  void say(const std::string& bytes, int fd) {
    if (::write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
      std::abort();
    }
  }

  void write_lines(std::size_t count, int fd) {
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) {
      bytes += "line " + std::to_string(number_++) + "\n";
      if (random_() % 4 == 0) {  // often in pieces, within a line too
        const auto cut = random_() % bytes.size();
        say(bytes.substr(0, cut), fd);
        bytes.erase(0, cut);
      }
    }
    say(bytes, fd);
  }

  void wait_for_reader() {
    char byte = 0;
    say("here\n", log_.get());
    if (::read(acknowledged_, &byte, 1) != 1) {
      std::abort();
    }
  }

  [[nodiscard]] std::string numbered(int number) const {
    return path_ + "." + std::to_string(number);
  }

  void shift() const {
    for (int number = rotations_kept; number > 1; --number) {
      ::rename(numbered(number - 1).c_str(), numbered(number).c_str());
    }
  }

  void rotate() {
    switch (kind_) {
      case Kind::rename_create:
        shift();
        ::rename(path_.c_str(), numbered(1).c_str());
        open_new();
        break;
      case Kind::rename_write_on: {
        shift();
        ::rename(path_.c_str(), numbered(1).c_str());
        const Fd old(std::move(log_));
        write_lines(random_() % 5, old.get());
        open_new();
        write_lines(random_() % 5, log_.get());
        write_lines(1 + random_() % 5, old.get());
        break;
      }
      case Kind::copytruncate:
        shift();
        std::filesystem::copy(path_, numbered(1));
        std::filesystem::resize_file(path_, 0);
        break;
      case Kind::truncate_refill:
        std::filesystem::resize_file(path_, 0);
        write_lines(25, log_.get());
        break;
    }
  }

  std::string path_;
  Kind kind_;
  int acknowledged_;
  Fd log_;
  std::uint64_t number_{0};
  std::minstd_rand random_{static_cast<unsigned>(kind_) + 1};
};

class Rotation : public testing::TestWithParam<Kind> {};

std::size_t count_of(const std::vector<std::string>& lines, const std::string& line) {
  return static_cast<std::size_t>(std::ranges::count(lines, line));
}

TEST_P(Rotation, LosesNoLineAndGivesNoneTwice) {
  WatchedFolder at;
  at.follow("mail.log");
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd to_hear(ends[0]);
  const Fd to_tell(ends[1]);
  const auto child = ::fork();
  if (child == 0) {
    Writer(at.path("mail.log"), GetParam(), to_hear.get()).run();
    ::_exit(0);
  }
  const auto& lines = at.lines.of[0];
  std::size_t looked_at = 0;
  const auto ended = run_until(at.watch, at.lines, [&] {
    bool end = false;
    for (; looked_at < lines.size(); ++looked_at) {
      end = end || lines[looked_at] == "end";
      if (lines[looked_at] == "here") {
        EXPECT_EQ(::write(to_tell.get(), ".", 1), 1);
      }
    }
    return end;
  });
  int status = 1;
  if (!ended) {
    ::kill(child, SIGKILL);
  }
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(ended) << lines.size() << " lines, the last: " << (lines.empty() ? "" : lines.back());
  EXPECT_EQ(status, 0);
  at.settle();
  std::vector<bool> seen;
  for (const auto& line : lines) {
    if (line.starts_with("line ")) {
      const auto number = std::stoul(line.substr(5));
      seen.resize(std::max<std::size_t>(seen.size(), number + 1));
      EXPECT_FALSE(seen[number]) << line << " came twice";
      seen[number] = true;
    } else {
      EXPECT_TRUE(line == "here" || line == "end") << line;
    }
  }
  EXPECT_EQ(std::ranges::count(seen, false), 0);
  EXPECT_GT(seen.size(), 5000U);
  EXPECT_EQ(count_of(lines, "end"), 1U);
}

std::string name_of_kind(const testing::TestParamInfo<Kind>& kind) {
  constexpr std::array<const char*, 4> names = {
      "RenameCreate", "RenameWriteOn", "Copytruncate", "TruncateRefill"};
  return names.at(static_cast<std::size_t>(kind.param));
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         Rotation,
                         testing::Values(Kind::rename_create,
                                         Kind::rename_write_on,
                                         Kind::copytruncate,
                                         Kind::truncate_refill),
                         name_of_kind);

}  // namespace
}  // namespace spranga::guard
