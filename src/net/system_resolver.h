// The real Resolver: this system's own configuration (resolv.conf, nsswitch, /etc/hosts) through
// glibc. Why not libunbound: docs/decisions/0001-resolver.md.
#pragma once

#include <memory>
#include <string>

#include "net/resolver.h"

namespace spranga::net {

/// `hosts_file` is read for the names of addresses (PTR); the rest is glibc's business.
[[nodiscard]] std::unique_ptr<Resolver> make_resolver(std::string hosts_file = "/etc/hosts");

}  // namespace spranga::net
