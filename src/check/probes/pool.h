// A8: does every connection, address and family get the same answers? A pool with one weak member
// is as weak as that member.
#pragma once

#include <vector>

#include "check/audit.h"

namespace spranga::check {

/// Connects and says EHLO on each port of an address that is looked at for A8 alone.
void look_at_address(Audit& audit);

/// Within one address: the EHLO answers that its dialogues got. Adds A8 a port.
void conclude_pool(Audit& audit);

/// Between the addresses of one host. Adds A8 to the later one where it differs from the first.
void compare_addresses(const Audit& first, Audit& later);

}  // namespace spranga::check
