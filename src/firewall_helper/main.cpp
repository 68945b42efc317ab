// spranga-firewall: the one process of the guard that may change the firewall, and may do nothing
// else. Descriptor 3 is its channel to the guard; TABLE is the one that it may have; with UID and
// GID it becomes that user.
#include <linux/capability.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "firewall_helper/service.h"
#include "process/sandbox.h"
#include "process/short_turns.h"

namespace {

using namespace spranga;  // NOLINT(google-build-using-namespace): a program's own file

constexpr int channel_fd = 3;

std::optional<unsigned> number(std::string_view text) {
  unsigned out = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole ? std::optional(out) : std::nullopt;
}

struct Arguments {
  std::optional<process::Identity> become;
  std::string table;
};

Result<Arguments> read_arguments(std::span<char*> given) {
  constexpr std::size_t with_identity = 4;
  Arguments out;
  const auto malformed =
      fail(Errc::malformed, "usage: spranga-firewall [UID GID] TABLE, started by the guard");
  if (given.size() == with_identity) {
    const auto uid = number(given[1]);
    const auto gid = number(given[2]);
    if (!uid || !gid) {
      return malformed;
    }
    out.become = process::Identity{*uid, *gid, {}};
  } else if (given.size() != 2) {
    return malformed;
  }
  out.table = given.back();
  return out;
}

Result<void> serve(std::span<char*> given) {
  SPRANGA_TRY(const auto arguments, read_arguments(given));
  int type = 0;
  socklen_t size = sizeof(type);
  if (::getsockopt(channel_fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) {
    return fail(Errc::malformed, "descriptor 3 is no channel: the guard starts this program");
  }
  process::Channel channel{Fd(channel_fd)};
  SPRANGA_TRY(auto sockets, firewall_helper::open_sockets());
  auto claim = firewall_helper::TableClaim::make(arguments.table);
  process::Confinement confinement;
  confinement.become = arguments.become ? &*arguments.become : nullptr;
  confinement.capabilities = {CAP_NET_ADMIN};
  SPRANGA_CHECK(process::enter_sandbox(confinement));
  firewall_helper::Service service(std::move(channel), std::move(sockets), std::move(claim));
  process::ask_for_short_turns();  // not for the thread that ends sessions
  return service.run();
}

}  // namespace

int main(int count, char** arguments) {
  const auto done = serve({arguments, static_cast<std::size_t>(count)});
  if (!done) {
    std::fprintf(stderr, "spranga-firewall: %s\n", done.error().detail.c_str());
    return 1;
  }
  return 0;
}
