// spranga-firewall: the one process of the guard that may change the firewall, and may do nothing
// else. Descriptor 3 is its channel to the guard; with UID and GID it becomes that user.
#include <linux/capability.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "firewall_helper/service.h"
#include "process/sandbox.h"

namespace {

using namespace spranga;  // NOLINT(google-build-using-namespace): a program's own file

constexpr int channel_fd = 3;

std::optional<unsigned> number(std::string_view text) {
  unsigned out = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole ? std::optional(out) : std::nullopt;
}

Result<std::optional<process::Identity>> identity(int count, char** arguments) {
  if (count == 1) {
    return std::optional<process::Identity>();
  }
  const auto uid = count == 3 ? number(arguments[1]) : std::nullopt;
  const auto gid = count == 3 ? number(arguments[2]) : std::nullopt;
  if (!uid || !gid) {
    return fail(Errc::malformed, "usage: spranga-firewall [UID GID], started by the guard");
  }
  return std::optional(process::Identity{*uid, *gid, {}});
}

Result<void> serve(int count, char** arguments) {
  SPRANGA_TRY(const auto who, identity(count, arguments));
  int type = 0;
  socklen_t size = sizeof(type);
  if (::getsockopt(channel_fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) {
    return fail(Errc::malformed, "descriptor 3 is no channel: the guard starts this program");
  }
  process::Channel channel{Fd(channel_fd)};
  SPRANGA_TRY(auto sockets, firewall_helper::open_sockets());
  process::Confinement confinement;
  confinement.become = who ? &*who : nullptr;
  confinement.capabilities = {CAP_NET_ADMIN};
  SPRANGA_CHECK(process::enter_sandbox(confinement));
  firewall_helper::Service service(std::move(channel), std::move(sockets));
  return service.run();
}

}  // namespace

int main(int count, char** arguments) {
  const auto done = serve(count, arguments);
  if (!done) {
    std::fprintf(stderr, "spranga-firewall: %s\n", done.error().detail.c_str());
    return 1;
  }
  return 0;
}
