// The real Dialer: TCP sockets, OpenSSL for TLS.
#pragma once

#include <memory>
#include <optional>

#include "net/transport.h"

namespace spranga::net {

struct DialerOptions {
  std::optional<Address> source;  // bind to it; used for its own family only
  int network_namespace{-1};      // descriptor of a network namespace to open sockets in; not owned
};

/// Sets SIGPIPE to ignored for the whole process (OpenSSL writes with write(2)).
[[nodiscard]] std::unique_ptr<Dialer> make_dialer(const DialerOptions& options = {});

}  // namespace spranga::net
