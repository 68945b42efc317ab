#include "vantage/private_network.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <system_error>
#include <thread>

#include "process/run.h"
#include "text/ascii.h"

namespace spranga::vantage {

namespace {

using Arguments = std::vector<std::string>;

Result<void> ip(Arguments arguments) {
  arguments.insert(arguments.begin(), "ip");
  SPRANGA_TRY(const auto done, process::run_program(arguments));
  if (done.exit_code != 0) {
    std::string command;
    for (const auto& argument : arguments) {
      command += (command.empty() ? "" : " ") + argument;
    }
    return fail(Errc::denied, fmt::format("{}: {}", command, text::trim(done.errors)));
  }
  return {};
}

/// Runs `work` on a thread that has a new network namespace, and hands that namespace out.
template <class Work>
Result<Fd> in_new_namespace(const Work& work) {
  Result<Fd> out = fail(Errc::internal, "never ran");
  std::thread([&] {
    if (unshare(CLONE_NEWNET) != 0) {
      out = fail(
          Errc::denied,
          fmt::format("a private network needs root: {}", std::system_category().message(errno)));
      return;
    }
    Fd fd(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!fd) {
      out = fail(Errc::io, std::system_category().message(errno));
      return;
    }
    out = std::move(fd);
    if (auto worked = work(); !worked) {
      out = Failure(std::move(worked).error());
    }
  }).join();
  return out;
}

/// The path by which a child process reaches a namespace of ours.
std::string path_of(const Fd& fd) {
  return fmt::format("/proc/{}/fd/{}", getpid(), fd.get());
}

struct Plan {
  std::string link;      // our end
  std::string outside4;  // "192.0.2.6"
  std::string machine4;
  std::string outside6;
  std::string machine6;
};

/// A /30 of 192.0.2.0/24 and a /126 of 2001:db8::/32, by chance, so that two runs seldom meet.
Plan make_plan() {
  std::random_device device;
  const unsigned number = device() % 62 + 1;
  const unsigned base = number * 4;
  return {fmt::format("spr{:08x}", device()),
          fmt::format("192.0.2.{}", base + 2),
          fmt::format("192.0.2.{}", base + 1),
          fmt::format("2001:db8:5072::{:x}", base + 2),
          fmt::format("2001:db8:5072::{:x}", base + 1)};
}

bool is_taken(const Plan& plan) {
  const auto own = net::own_addresses();
  return std::ranges::find(own, *net::Address::parse(plan.machine4)) != own.end();
}

/// The stranger's end, done on a thread inside the namespace.
Result<void> set_up_outside(const Plan& plan) {
  SPRANGA_CHECK(ip({"address", "add", plan.outside4 + "/30", "dev", "outside"}));
  SPRANGA_CHECK(ip({"link", "set", "outside", "up"}));
  SPRANGA_CHECK(ip({"route", "add", "default", "via", plan.machine4}));
  // A machine without IPv6 is tested over IPv4 alone; connecting over IPv6 then says "unreachable".
  static_cast<void>(
      ip({"-6", "address", "add", plan.outside6 + "/126", "dev", "outside", "nodad"}));
  static_cast<void>(ip({"-6", "route", "add", "default", "via", plan.machine6}));
  return {};
}

Result<void> set_up_machine(const Plan& plan) {
  SPRANGA_CHECK(ip({"address", "add", plan.machine4 + "/30", "dev", plan.link}));
  SPRANGA_CHECK(ip({"link", "set", plan.link, "up"}));
  static_cast<void>(
      ip({"-6", "address", "add", plan.machine6 + "/126", "dev", plan.link, "nodad"}));
  return {};
}

/// Runs `work` on a thread inside an existing namespace.
template <class Work>
Result<void> inside(const Fd& space, const Work& work) {
  Result<void> out;
  std::thread([&] {
    out = setns(space.get(), CLONE_NEWNET) == 0
              ? work()
              : Result<void>(fail(Errc::denied, std::system_category().message(errno)));
  }).join();
  return out;
}

}  // namespace

Result<PrivateNetwork> PrivateNetwork::make() {
  auto plan = make_plan();
  for (int tries = 0; is_taken(plan) && tries < 100; ++tries) {
    plan = make_plan();
  }
  PrivateNetwork out;
  SPRANGA_TRY(out.namespace_, in_new_namespace([] { return ip({"link", "set", "lo", "up"}); }));
  SPRANGA_CHECK(ip({"link",
                    "add",
                    plan.link,
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "outside",
                    "netns",
                    path_of(out.namespace_)}));
  out.link_ = plan.link;
  SPRANGA_CHECK(set_up_machine(plan));
  SPRANGA_CHECK(inside(out.namespace_, [&] { return set_up_outside(plan); }));
  out.ipv4_ = {*net::Address::parse(plan.outside4), *net::Address::parse(plan.machine4)};
  out.ipv6_ = {*net::Address::parse(plan.outside6), *net::Address::parse(plan.machine6)};
  return out;
}

PrivateNetwork::PrivateNetwork(PrivateNetwork&& other) noexcept
    : namespace_(std::move(other.namespace_)),
      link_(std::exchange(other.link_, std::string())),
      ipv4_(other.ipv4_),
      ipv6_(other.ipv6_) {}

PrivateNetwork::~PrivateNetwork() {
  if (!link_.empty()) {
    // At once rather than whenever the kernel gets to it. Where this fails the kernel does it all
    // the same.
    static_cast<void>(ip({"link", "delete", link_}));
  }
}

}  // namespace spranga::vantage
