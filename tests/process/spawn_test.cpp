#include "process/spawn.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
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

std::string environment_of_child(bool whole) {
  auto pipe = make_pipe();
  SpawnOptions options;
  options.descriptors = {{pipe.writable.get(), 3}};
  options.whole_environment = whole;
  const auto child = spawn(
      {"/bin/sh", "-c", "echo \"${PATH%%:*} ${SPAWN_TEST-unset} ${NOTIFY_SOCKET-unset}\" >&3"},
      options);
  EXPECT_TRUE(child);
  auto out = all_of(pipe);
  wait_for(*child);
  static_cast<void>(reap());
  return out;
}

TEST(Spawn, HandsTheWholeEnvironmentOnlyToWhomItIsMeant) {
  // NOLINTBEGIN(concurrency-mt-unsafe): one thread
  const std::string path = std::getenv("PATH");
  ::setenv("SPAWN_TEST", "a token", 1);
  ::setenv("NOTIFY_SOCKET", "/run/notify", 1);
  ::setenv("PATH", ("/opt/tools:" + path).c_str(), 1);
  EXPECT_EQ(environment_of_child(true), "/opt/tools a token unset\n");
  EXPECT_EQ(environment_of_child(false), "/usr/local/sbin unset /run/notify\n");
  ::unsetenv("PATH");
  EXPECT_EQ(environment_of_child(true), "/usr/local/sbin a token unset\n");
  ::setenv("PATH", path.c_str(), 1);
  ::unsetenv("SPAWN_TEST");
  ::unsetenv("NOTIFY_SOCKET");
  // NOLINTEND(concurrency-mt-unsafe)
}

}  // namespace

}  // namespace spranga::process
