// The mail server of this very machine: which address it listens on, read from /proc/net/tcp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/address.h"

namespace spranga::app {

/// Listening sockets in the text of /proc/net/tcp or /proc/net/tcp6; lines of another shape are
/// passed over.
[[nodiscard]] std::vector<net::Endpoint> listeners(std::string_view proc_net_tcp);

/// Where to reach the mail server among them: loopback where it listens there, else its own
/// address; nothing where no port of 25, 465 and 587 is open.
[[nodiscard]] std::optional<net::Address> mail_server_among(
    const std::vector<net::Endpoint>& listeners);

struct OwnServer {
  net::Address address;
  std::string name;  // this machine's full name, for the certificate; "" where it has none
};

/// This machine's mail server; nothing where none listens.
[[nodiscard]] std::optional<OwnServer> find_own_server();

}  // namespace spranga::app
