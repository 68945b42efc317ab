#include "process/channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>

namespace spranga::process {

namespace {

struct Ends {
  Channel one;
  Channel two;
};

Ends connected() {
  auto pair = Channel::pair();
  EXPECT_TRUE(pair);
  return {Channel(std::move(pair->first)), Channel(std::move(pair->second))};
}

TEST(Channel, CarriesWholeMessagesInOrder) {
  auto ends = connected();
  ASSERT_TRUE(ends.one.send("first"));
  ASSERT_TRUE(ends.one.send("second"));
  EXPECT_EQ(ends.two.receive()->value().bytes, "first");
  EXPECT_EQ(ends.two.receive()->value().bytes, "second");
  const auto nothing = ends.two.receive();
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->has_value());
}

TEST(Channel, CarriesDescriptors) {
  auto ends = connected();
  std::vector<Fd> fds;
  fds.emplace_back(::memfd_create("test", MFD_CLOEXEC));
  ASSERT_EQ(::write(fds[0].get(), "x", 1), 1);
  ASSERT_TRUE(ends.one.send("take this", std::move(fds)));
  const auto message = ends.two.wait(1000);
  ASSERT_TRUE(message);
  ASSERT_EQ(message->fds.size(), 1U);
  EXPECT_EQ(::lseek(message->fds[0].get(), 0, SEEK_END), 1);
  EXPECT_EQ(::fcntl(message->fds[0].get(), F_GETFD), FD_CLOEXEC);
}

TEST(Channel, KeepsWhatTheSocketDoesNotTakeAndLosesNothing) {
  auto ends = connected();
  constexpr int count = 5000;
  for (int i = 0; i < count; ++i) {
    ASSERT_TRUE(ends.one.send("message " + std::to_string(i)));
  }
  EXPECT_TRUE(ends.one.wants_to_write());
  for (int i = 0; i < count; ++i) {
    ASSERT_TRUE(ends.one.flush());
    const auto message = ends.two.receive();
    ASSERT_TRUE(message && *message) << i;
    EXPECT_EQ((*message)->bytes, "message " + std::to_string(i));
  }
  EXPECT_FALSE(ends.one.wants_to_write());
}

TEST(Channel, TellsThatTheOtherEndIsGone) {
  auto ends = connected();
  ends.two = Channel(Fd());
  EXPECT_EQ(ends.one.send("x").error().code, Errc::closed);
  EXPECT_EQ(ends.one.receive().error().code, Errc::closed);
}

TEST(Channel, RefusesEmptyAndHugeMessages) {
  auto ends = connected();
  EXPECT_EQ(ends.one.send("").error().code, Errc::too_large);
  EXPECT_EQ(ends.one.send(std::string(Channel::largest_message + 1, 'x')).error().code,
            Errc::too_large);
  ASSERT_TRUE(ends.one.send(std::string(Channel::largest_message, 'x')));
  EXPECT_EQ(ends.two.receive()->value().bytes.size(), Channel::largest_message);
}

TEST(Channel, WaitsNoLongerThanAsked) {
  auto ends = connected();
  EXPECT_EQ(ends.one.wait(0).error().code, Errc::timeout);
}

}  // namespace

}  // namespace spranga::process
