#include "replay/regex_lines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace spranga::replay {
namespace {

using namespace std::string_literals;

/// Gives its bytes a few at a time.
class Bytes final : public guard::ByteSource {
public:
  explicit Bytes(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] Result<std::size_t> read(std::span<char> into) override {
    const auto count = std::min({into.size(), text_.size() - at_, std::size_t{3}});
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(at_), count, into.begin());
    at_ += count;
    return count;
  }

  [[nodiscard]] guard::LogProgress progress() const override { return {}; }

private:
  std::string text_;
  std::size_t at_{0};
};

std::vector<std::string> lines_of(const std::string& text,
                                  bool& unfinished,
                                  std::string_view newline = "\n") {
  RawLines lines(std::make_unique<Bytes>(text), newline);
  std::vector<std::string> out;
  while (const auto line = lines.next().value()) {
    out.emplace_back(*line);
  }
  unfinished = lines.unfinished();
  return out;
}

TEST(RegexLines, ALastLineWithoutItsEndIsNotGiven) {
  bool unfinished = false;
  EXPECT_EQ(lines_of("one\ntwo\r\nthree", unfinished),
            (std::vector<std::string>{"one\n", "two\r\n"}));
  EXPECT_TRUE(unfinished);
  EXPECT_EQ(lines_of("one\n", unfinished), std::vector<std::string>{"one\n"});
  EXPECT_FALSE(unfinished);
}

TEST(RegexLines, ACarriageReturnEndsTheLastLineAlone) {
  bool unfinished = true;
  EXPECT_EQ(lines_of("one\rtwo\nthree\r", unfinished),
            (std::vector<std::string>{"one\rtwo\n", "three\r"}));
  EXPECT_FALSE(unfinished);
  EXPECT_EQ(lines_of("a\0\n\0b\0\r\0"s, unfinished, std::string_view("\n\0", 2)),
            (std::vector<std::string>{"a\0\n\0"s, "b\0\r\0"s}));
  EXPECT_FALSE(unfinished);
}

}  // namespace
}  // namespace spranga::replay
