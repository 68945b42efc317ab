// The verbs behind a real socket, over a guard of values, for control.py: control_probe SOCKET
// FOLDER. It ends with "stop".
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iostream>
#include <string>

#include "guard/control/service.h"
#include "guard/control/verbs.h"
#include "tests/support/scripted_guard.h"

namespace {

using namespace spranga;
using guard::control::JailSetting;
using guard::pickle::Value;

Fd listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(path, address.sun_path);
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the system's interface
  const auto* const raw = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(fd.get(), raw, sizeof address) != 0 || ::listen(fd.get(), 16) != 0) {
    std::cerr << path << ": " << std::strerror(errno) << '\n';  // NOLINT(concurrency-mt-unsafe)
    std::exit(1);  // NOLINT(concurrency-mt-unsafe): the only thread
  }
  return fd;
}

/// The jails of served.py.
void furnish(test::ScriptedGuard& guard, const std::string& folder) {
  guard.settings[guard::control::ServerSetting::dbfile] = Value::of(folder + "/fail2ban.sqlite3");
  guard.settings[guard::control::ServerSetting::logtarget] = Value::of(folder + "/fail2ban.log");
  for (const char* name : {"alpha", "beta", "empty"}) {
    auto& jail = guard.make(name);
    jail.settings[JailSetting::logpath] = Value::list({Value::of(folder + "/a.log")});
    jail.settings[JailSetting::usedns] = Value::of("no");
    jail.settings[JailSetting::bantime] = Value::of(3600);
    jail.settings[JailSetting::maxmatches] = Value::of(5);
    static_cast<void>(jail.add_action("note", "", ""));
  }
  auto& alpha = *guard.made.front().second;
  alpha.settings[JailSetting::logpath].items.push_back(Value::of(folder + "/b.log"));
  alpha.settings[JailSetting::failregex] =
      Value::list({Value::of("^knock from <HOST>$"), Value::of("^bang from <HOST>$")});
  alpha.settings[JailSetting::ignoreregex] =
      Value::list({Value::of("^knock from 192\\.0\\.2\\.9$")});
  static_cast<void>(alpha.add_action("other", "", ""));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    return 2;
  }
  test::ScriptedGuard guard;
  furnish(guard, argv[2]);
  auto service = guard::control::Service::make(listen_at(argv[1]));
  const SystemClock clock;
  while (service && !guard.stopped) {
    const auto end = service->next_deadline();
    const auto wait = end ? std::chrono::ceil<Milliseconds>(*end - clock.now()).count() : 1000;
    pollfd one{service->fd(), POLLIN, 0};
    ::poll(&one, 1, static_cast<int>(std::clamp<long>(wait, 0, 1000)));
    for (const auto& request : service->serve(clock.now())) {
      const auto reply = guard::control::answer(guard, request.peer, request.command);
      service->reply(request.client, reply.value, clock.now(), clock.now() + reply.after);
    }
  }
  ::unlink(argv[1]);
  return service ? 0 : 1;
}
