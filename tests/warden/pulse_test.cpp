#include "warden/pulse.h"

#include <gtest/gtest.h>

namespace spranga::warden {
namespace {

using namespace std::chrono_literals;

class PulseTest : public testing::Test {
protected:
  SteadyTime now_{1000s};
  Pulse pulse_;
};

TEST_F(PulseTest, PingsOnceInAWhile) {
  pulse_.heard(now_);
  EXPECT_TRUE(pulse_.beat(now_).ping);
  EXPECT_FALSE(pulse_.beat(now_ + 4s).ping);
  EXPECT_TRUE(pulse_.beat(now_ + Pulse::ping_every).ping);
}

TEST_F(PulseTest, FeedsTheWatchdogOnlyWhileTheGuardAnswers) {
  pulse_.heard(now_);
  EXPECT_TRUE(pulse_.beat(now_ + 5s).feed);
  EXPECT_FALSE(pulse_.beat(now_ + 10s).feed);
  pulse_.heard(now_ + 14s);
  EXPECT_TRUE(pulse_.beat(now_ + 15s).feed);
}

TEST_F(PulseTest, FindsThatAGuardHangsOnceForEachSilence) {
  pulse_.heard(now_);
  EXPECT_FALSE(pulse_.beat(now_ + Pulse::silence_allowed).hangs);
  const auto late = now_ + Pulse::silence_allowed + 1s;
  EXPECT_TRUE(pulse_.beat(late).hangs);
  EXPECT_FALSE(pulse_.beat(late + 1s).hangs);
}

}  // namespace
}  // namespace spranga::warden
