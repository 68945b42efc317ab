#include "guard/logs/inotify_events.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

namespace spranga::guard {

Result<FileEvents> read_events(int inotify) {
  // Not cleared: that would touch all of it, for one event as for thousands.
  alignas(inotify_event) std::array<char, 64UL * 1024> buffer;  // NOLINT(*-member-init)
  FileEvents out;
  const auto count = ::read(inotify, buffer.data(), buffer.size());
  if (count < 0) {
    if (errno == EAGAIN || errno == EINTR) {
      return out;
    }
    return fail(Errc::io, "inotify: " + std::generic_category().message(errno));
  }
  std::string_view rest(buffer.data(), static_cast<std::size_t>(count));
  out.more = rest.size() > buffer.size() / 2;
  while (rest.size() >= sizeof(inotify_event)) {
    inotify_event head{};
    std::memcpy(&head, rest.data(), sizeof head);
    rest.remove_prefix(sizeof head);
    if (head.len > rest.size()) {
      return fail(Errc::malformed, "inotify: an event that is cut off");
    }
    const auto name = rest.substr(0, head.len);
    rest.remove_prefix(head.len);
    out.lost = out.lost || (head.mask & IN_Q_OVERFLOW) != 0;
    out.list.push_back({head.wd, head.mask, std::string(name.substr(0, name.find('\0')))});
  }
  return out;
}

}  // namespace spranga::guard
