// What the names of this machine stand for, as far as a file says so: nobody is asked.
#pragma once

#include <string>
#include <vector>

#include "net/address.h"

namespace spranga::net {

/// The addresses that a file like /etc/hosts gives `localhost`, `host`, and the other names on the
/// lines of `host`. Empty if it cannot be read.
[[nodiscard]] std::vector<Address> named_addresses(const std::string& hosts_file,
                                                   const std::string& host);

/// What this machine calls itself; "" if the system does not tell.
[[nodiscard]] std::string system_host_name();

}  // namespace spranga::net
