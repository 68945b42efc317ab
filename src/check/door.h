// The door: is a port that was open still open to us? Guards shut it after loud probes, or had
// begun to count before. A block is evidence for rule 3 (G5), and whatever could not be asked any
// more is not tested: never a closed port, never a fault.
#pragma once

#include <string_view>

#include "check/audit.h"

namespace spranga::check {

/// Connects once more. False where the port is shut now; then the audit is blocked and G5 added.
bool try_the_door(Audit& audit, int port, std::string_view after);

/// A port that was open did not let us in: remembers the block and adds G5, once an address.
void note_block(Audit& audit, int port, std::string_view after, const std::string& words);

/// Ports that did not answer may be a block that fell in mid-run: then the open ones are shut now
/// too.
void recheck_silent_ports(Audit& audit);

}  // namespace spranga::check
