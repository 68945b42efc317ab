#include "firewall_helper/table_claim.h"

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <system_error>

namespace spranga::firewall_helper {

namespace {

constexpr std::string_view prefix = "spranga-firewall/";

struct Name {
  sockaddr_un address{};
  socklen_t size{0};

  [[nodiscard]] const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&address);  // NOLINT: the interface of sockets
  }
};

/// Abstract: it begins with a zero byte.
Result<Name> name_of(const std::string& table) {
  Name out;
  const auto text = std::string(prefix) + table;
  if (text.size() + 1 > sizeof(out.address.sun_path)) {
    return fail(Errc::too_large, "the name of the table is too long");
  }
  out.address.sun_family = AF_UNIX;
  std::ranges::copy(text, &out.address.sun_path[1]);
  out.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  return out;
}

Failure trouble(const char* what) {
  return fail(Errc::io, fmt::format("{}: {}", what, std::system_category().message(errno)));
}

Fd unix_socket() {
  return Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/// The process of root's that holds the name; none: nobody any more, or somebody who may not.
std::optional<pid_t> holder(const Name& name) {
  const auto socket = unix_socket();
  ucred who{};
  socklen_t size = sizeof(who);
  if (!socket || ::connect(socket.get(), name.get(), name.size) != 0 ||
      ::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 || who.uid != 0) {
    return std::nullopt;
  }
  return who.pid;
}

}  // namespace

Result<TableClaim> TableClaim::make(const std::string& table) {
  SPRANGA_TRY(const auto name, name_of(table));
  auto socket = unix_socket();
  if (!socket) {
    return trouble("claiming the table");
  }
  if (::bind(socket.get(), name.get(), name.size) == 0) {
    return ::listen(socket.get(), 1) == 0 ? Result<TableClaim>(TableClaim(table, std::move(socket)))
                                          : trouble("claiming the table");
  }
  if (errno != EADDRINUSE) {
    return trouble("claiming the table");
  }
  if (const auto other = holder(name)) {
    return fail(Errc::taken,
                fmt::format("table {} belongs to another guard: process {}", table, *other));
  }
  return TableClaim(table, Fd());
}

}  // namespace spranga::firewall_helper
