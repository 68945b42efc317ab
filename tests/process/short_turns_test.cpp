#include "process/short_turns.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <thread>

namespace spranga::process {
namespace {

TEST(ShortTurns, LeaveNicenessAndPolicyAsTheyWere) {
  std::thread([] {
    constexpr int niceness = 3;
    ASSERT_EQ(::setpriority(PRIO_PROCESS, 0, niceness), 0);  // of a thread, on Linux
    EXPECT_TRUE(ask_for_short_turns());
    EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), niceness);
    EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER);
  }).join();
}

TEST(ShortTurns, AreNotAskedForWhereTheOwnerHasChosenAnotherPolicy) {
  std::thread([] {
    const sched_param none{};
    ASSERT_EQ(::sched_setscheduler(0, SCHED_BATCH, &none), 0);
    EXPECT_FALSE(ask_for_short_turns());
    EXPECT_EQ(::sched_getscheduler(0), SCHED_BATCH);
  }).join();
}

}  // namespace
}  // namespace spranga::process
