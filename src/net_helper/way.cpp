#include <algorithm>

#include "net_helper/submission.h"

namespace spranga::net_helper {

namespace {

constexpr std::uint16_t submissions_port = 465;

}  // namespace

Result<Way> choose_way(const Mail& mail, const std::vector<net::Address>& server) {
  const bool at_home = !server.empty() && std::ranges::all_of(server, &net::Address::is_loopback);
  Way out;
  out.tls = mail.tls;
  if (mail.tls == Tls::automatic) {
    out.tls = mail.port == submissions_port ? Tls::implicit
              : at_home                     ? Tls::opportunistic
                                            : Tls::starttls;
  }
  out.verify = out.tls == Tls::starttls || out.tls == Tls::implicit;
  if (out.tls == Tls::none && !at_home) {
    return fail(Errc::denied, "without TLS mail goes to this machine only");
  }
  if (!mail.password.empty() && !out.verify && !at_home) {
    return fail(Errc::denied, "a password travels only over TLS with a certificate that fits");
  }
  return out;
}

}  // namespace spranga::net_helper
