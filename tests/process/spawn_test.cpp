#include "process/spawn.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <string>

namespace spranga::process {

namespace {

struct Pipe {
  Fd readable;
  Fd writable;
};

Pipe make_pipe() {
  std::array<int, 2> raw{};
  EXPECT_EQ(::pipe2(raw.data(), O_CLOEXEC), 0);
  return {Fd(raw[0]), Fd(raw[1])};
}

std::string all_of(Pipe& pipe) {
  pipe.writable.reset();
  std::string out;
  std::array<char, 256> buffer{};
  for (auto n = ::read(pipe.readable.get(), buffer.data(), buffer.size()); n > 0;
       n = ::read(pipe.readable.get(), buffer.data(), buffer.size())) {
    out.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return out;
}

void wait_for(const Child& child) {
  pollfd ended{child.pidfd.get(), POLLIN, 0};
  ASSERT_EQ(::poll(&ended, 1, 10'000), 1);
}

TEST(Spawn, GivesTheChildJustTheDescriptorsItNames) {
  auto first = make_pipe();
  auto second = make_pipe();
  SpawnOptions options;
  options.descriptors = {{first.writable.get(), 4}, {second.writable.get(), 3}};
  const auto child =
      spawn({"/bin/sh",
             "-c",
             "echo three >&3; echo four >&4;"
             " for n in 5 6 7 8 9 100 101; do [ ! -e /proc/self/fd/$n ] || echo $n; done"
             " >&3"},
            options);
  ASSERT_TRUE(child);
  EXPECT_EQ(all_of(first), "four\n");
  EXPECT_EQ(all_of(second), "three\n");
  wait_for(*child);
  const auto ended = reap();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_TRUE(ended[0].clean);
}

TEST(Spawn, TellsThatAProgramIsNotThere) {
  const auto child = spawn({"/nonexistent/program"}, {});
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().code, Errc::not_found);
}

TEST(Spawn, TellsHowAChildEnded) {
  const auto child = spawn({"/bin/sh", "-c", "kill -9 $$"}, {});
  ASSERT_TRUE(child);
  wait_for(*child);
  const auto ended = reap();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].pid, child->pid);
  EXPECT_EQ(ended[0].how, "signal 9");
}

}  // namespace

}  // namespace spranga::process
