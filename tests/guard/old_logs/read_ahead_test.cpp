#include "guard/old_logs/read_ahead.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/guard/old_logs/packing.h"
#include "tests/guard/old_logs/pieces.h"

namespace spranga::guard {
namespace {

constexpr std::size_t at_once = 1000;

/// No two blocks of it are alike.
std::string bytes_of(std::size_t length) {
  std::string out;
  for (std::size_t number = 0; out.size() < length; ++number) {
    out += std::to_string(number) + "\n";
  }
  out.resize(length);
  return out;
}

/// Notes which threads read.
class Watched : public Pieces {
public:
  Watched(std::string bytes, std::vector<std::thread::id>& threads, bool damaged = false)
      : Pieces(std::move(bytes), std::string::npos, damaged), threads_(&threads) {}

  Result<std::size_t> read(std::span<char> into) override {
    threads_->push_back(std::this_thread::get_id());
    return Pieces::read(into);
  }

private:
  std::vector<std::thread::id>* threads_;
};

struct Read {
  std::string bytes;
  std::optional<Error> error;
};

Read read_all(ByteSource& source) {
  Read out;
  std::vector<char> room(at_once);
  while (true) {
    const auto count = source.read(room);
    if (!count || *count == 0) {
      out.error = count ? std::nullopt : std::optional(count.error());
      return out;
    }
    out.bytes.append(room.data(), *count);
  }
}

TEST(ReadAhead, GivesAllBytesInOrder) {
  for (const std::size_t length : {0UL, 999UL, 1000UL, 1001UL, 3'000'000UL}) {
    const auto bytes = bytes_of(length);
    const auto source = read_ahead(std::make_unique<Pieces>(bytes, std::string::npos));
    const auto read = read_all(*source);
    EXPECT_TRUE(read.bytes == bytes) << length;
    EXPECT_FALSE(read.error);
    EXPECT_EQ(read_all(*source).bytes, "") << "the end stays";
    EXPECT_EQ(source->progress().done, length);
  }
}

TEST(ReadAhead, GivesWhatCameBeforeAFaultFirst) {
  for (const std::size_t length : {0UL, 10UL, 1'000'000UL}) {
    const auto bytes = bytes_of(length);
    const auto source = read_ahead(std::make_unique<Pieces>(bytes, 100'000, true));
    for (int turn = 0; turn < 2; ++turn) {
      const auto read = read_all(*source);
      EXPECT_TRUE(read.bytes == (turn == 0 ? bytes : ""));
      ASSERT_TRUE(read.error) << "and it stays";
      EXPECT_EQ(read.error->detail, "damaged");
    }
  }
}

TEST(ReadAhead, ReadsALongLogElsewhereAndAShortOneHere) {
  const auto here = std::this_thread::get_id();
  std::vector<std::thread::id> threads;
  {
    const auto source = read_ahead(std::make_unique<Watched>(bytes_of(at_once - 1), threads));
    static_cast<void>(read_all(*source));
  }
  EXPECT_THAT(threads, testing::Each(here));
  threads.clear();
  {
    const auto source = read_ahead(std::make_unique<Watched>(bytes_of(1'000'000), threads));
    static_cast<void>(read_all(*source));
  }
  EXPECT_EQ(threads.front(), here);
  EXPECT_EQ(std::ranges::count(threads, here), 1);
}

TEST(ReadAhead, CanBeLeftInTheMiddle) {
  for (const int reads : {1, 2, 300}) {
    const auto source =
        read_ahead(std::make_unique<Pieces>(bytes_of(3'000'000), std::string::npos));
    std::vector<char> room(at_once);
    for (int i = 0; i < reads; ++i) {
      ASSERT_GT(source->read(room).value_or(0), 0);
    }
  }
}

TEST(ReadAhead, IsWhatUnpacksALog) {
  const LogFolder folder;
  const auto bytes = bytes_of(600'000);
  for (const auto* const filter : {"gzip", "xz", "zstd", "bzip2"}) {
    const auto log = read_log(folder.write("log", packed(filter, bytes)));
    std::string joined;
    for (const auto& line : log.lines) {
      joined += line + "\n";
    }
    joined.resize(bytes.size());
    EXPECT_TRUE(joined == bytes) << filter;
  }
}

}  // namespace
}  // namespace spranga::guard
