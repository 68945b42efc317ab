// Submission: one mail handed to a server over SMTP, through libcurl.
//
// A password travels only inside TLS with a verified certificate, or to this machine itself.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"
#include "net_helper/messages.h"

namespace spranga::net_helper {

/// How it will really be done.
struct Way {
  Tls tls{Tls::starttls};  // never automatic
  bool verify{true};
};

/// Errc::denied: the mail may not go that way: in clear beyond this machine, or with a password
/// that somebody could read.
[[nodiscard]] Result<Way> choose_way(const Mail& mail, const std::vector<net::Address>& server);

/// Waits until the server has taken it, at most until the deadline. `server`: where it is; nothing
/// else is connected to. The outcome has no number.
[[nodiscard]] Answer submit(const Mail& mail,
                            const std::vector<net::Address>& server,
                            SteadyTime deadline);

}  // namespace spranga::net_helper
