#include "guard/control/frames.h"

#include <gtest/gtest.h>

#include <string>

namespace spranga::guard::control {
namespace {

const std::string end(end_marker);

TEST(RequestFrames, GiveRequestsHoweverTheBytesArrive) {
  const auto stream = "one" + end + "two" + end;
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    RequestFrames frames(100);
    std::string seen;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      ASSERT_TRUE(frames.feed(std::string_view(stream).substr(at, step)));
      while (const auto request = frames.next()) {
        seen += *request + ";";
      }
    }
    EXPECT_EQ(seen, "one;two;") << step;
    EXPECT_FALSE(frames.begun());
  }
}

TEST(RequestFrames, KnowThatARequestHasBegun) {
  RequestFrames frames(100);
  EXPECT_FALSE(frames.begun());
  ASSERT_TRUE(frames.feed("a" + end + "b"));
  EXPECT_EQ(frames.next(), "a");
  EXPECT_TRUE(frames.begun());
}

TEST(RequestFrames, RefuseARequestThatIsTooLong) {
  RequestFrames frames(10);
  EXPECT_TRUE(frames.feed(std::string(10, 'x')));
  EXPECT_TRUE(frames.feed(end));
  EXPECT_EQ(frames.next(), std::string(10, 'x'));
  EXPECT_TRUE(frames.feed(std::string(27, 'x')));
  const auto more = frames.feed("x");
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::too_large);
  RequestFrames whole(10);
  EXPECT_FALSE(whole.feed(std::string(11, 'x') + end));
}

TEST(ReplyFrame, IsWholeWhenItEndsWithTheTerminatorAndMayQuoteIt) {
  ReplyFrame frame(100);
  ASSERT_TRUE(frame.feed("a" + end + "b"));
  EXPECT_FALSE(frame.is_whole());
  ASSERT_TRUE(frame.feed(end));
  ASSERT_TRUE(frame.is_whole());
  EXPECT_EQ(frame.reply(), "a" + end + "b");
  EXPECT_FALSE(frame.feed(std::string(100, 'x')));
}

}  // namespace
}  // namespace spranga::guard::control
