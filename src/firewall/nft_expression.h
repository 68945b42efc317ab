// The expressions of a rule as attributes of the message that makes it.
#pragma once

#include <cstdint>
#include <span>

#include "firewall/netlink_message.h"
#include "firewall/nft_rule.h"

namespace spranga::firewall::nft {

/// The sets of its OneOf, which came before the rule in the batch, are numbered from `first_set`
/// on.
void put_expressions(NetlinkMessage& to,
                     std::span<const Expression> expressions,
                     std::uint32_t first_set);

}  // namespace spranga::firewall::nft
