#include "process/short_turns.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace spranga::process {

namespace {

/// The least that the kernel takes; its own are some 3 ms.
constexpr std::uint64_t turn_ns = 100'000;

/// The kernel's sched_attr, whose header and the C library's cannot be had together.
struct SchedulingTerms {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime;  // of policies that have no such thing: the length of a turn
  std::uint64_t deadline;
  std::uint64_t period;
};

}  // namespace

bool ask_for_short_turns() {
  SchedulingTerms terms{};
  if (::syscall(SYS_sched_getattr, 0, &terms, sizeof terms, 0) != 0 ||
      terms.policy != SCHED_OTHER) {
    return false;
  }
  terms.size = sizeof terms;
  terms.flags = 0;
  terms.runtime = turn_ns;
  return ::syscall(SYS_sched_setattr, 0, &terms, 0) == 0;
}

}  // namespace spranga::process
