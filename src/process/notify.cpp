#include "process/notify.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "base/fd.h"

namespace spranga::process {

void notify(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto size = path == nullptr ? 0 : std::strlen(path);
  if (size == 0 || size >= sizeof address.sun_path) {
    return;
  }
  std::memcpy(address.sun_path, path, size);
  if (address.sun_path[0] == '@') {
    address.sun_path[0] = '\0';  // the abstract namespace
  }
  const Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
  static_cast<void>(
      ::sendto(fd.get(),
               state.data(),
               state.size(),
               MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address),  // NOLINT(*-reinterpret-cast)
               length));
}

}  // namespace spranga::process
