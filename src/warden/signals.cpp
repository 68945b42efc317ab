#include "warden/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace spranga::warden {

Result<Signals> Signals::open() {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD}) {
    ::sigaddset(&wanted, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  Signals out;
  out.fd_ = Fd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  return out.fd_ ? Result<Signals>(std::move(out)) : fail(Errc::io, "signalfd failed");
}

Signals::Told Signals::take() const {
  Told out;
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == sizeof info) {
    switch (info.ssi_signo) {
      case SIGCHLD:
        out.deaths = true;
        break;
      case SIGHUP:
        out.reload = true;
        break;
      case SIGUSR1:
        out.flush_logs = true;
        break;
      default:
        out.stop = true;
    }
  }
  return out;
}

}  // namespace spranga::warden
