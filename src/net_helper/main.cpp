// spranga-net: started by the warden at the guard's first request, with its channel (3).
#include <curl/curl.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "net/system_resolver.h"
#include "net_helper/helper.h"
#include "net_helper/options.h"

namespace {

using namespace spranga;  // NOLINT(google-build-using-namespace): a program's own file

constexpr int channel_fd = 3;

bool is_socket(int fd) {
  struct stat info {};

  return ::fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode);
}

Result<void> serve(const std::vector<std::string_view>& words) {
  SPRANGA_TRY(const auto who, net_helper::parse_identity(words));
  if (!is_socket(channel_fd)) {
    return fail(Errc::malformed, "started by the guard, not by hand");
  }
  process::Channel channel{Fd(channel_fd)};
  SPRANGA_CHECK(process::enter_sandbox(net_helper::confinement_of(who)));
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return fail(Errc::internal, "libcurl does not start");
  }
  const auto resolver = net::make_resolver();
  SPRANGA_TRY(const auto workers, net_helper::Workers::make([&](const net_helper::Job& job) {
                return net_helper::do_job(job, *resolver);
              }));
  const SystemClock clock;
  net_helper::Helper helper(std::move(channel), *workers, clock);
  const auto done = helper.run();
  if (!done) {
    std::fprintf(stderr, "spranga-net: %s\n", done.error().detail.c_str());
  }
  // Threads that still wait for a server end with the process, and what they use lives until then.
  std::_Exit(done ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto done = serve({argv + 1, argv + argc});  // comes back only if it could not begin
  if (!done) {
    std::fprintf(stderr, "spranga-net: %s\n", done.error().detail.c_str());
  }
  return EXIT_FAILURE;
}
