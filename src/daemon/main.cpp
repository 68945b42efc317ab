// spranga-guard: the process that reads logs. Started by the warden; it gives up every right before
// it reads a byte that somebody else has written.
#include <cstdio>
#include <cstdlib>

#include "daemon/confine.h"
#include "daemon/daemon.h"
#include "process/short_turns.h"

namespace {

int failed(const spranga::Error& error) {
  std::fprintf(stderr, "spranga guard: %s\n", error.detail.c_str());
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace spranga;
  auto options = daemon::parse_options(argc, argv);
  if (!options) {
    return failed(options.error());
  }
  const auto confined = daemon::confine(*options);
  if (!confined) {
    return failed(confined.error());
  }
  const SystemClock clock;
  daemon::Daemon daemon(*std::move(options), clock);
  if (const auto started = daemon.start(); !started) {
    return failed(started.error());
  }
  process::ask_for_short_turns();  // after threads that nobody waits for were started
  return daemon.run();
}
