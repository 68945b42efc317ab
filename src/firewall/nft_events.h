// What the kernel tells everybody of changes to nftables, read for one question: did somebody else
// take our table apart?
#pragma once

#include <linux/netlink.h>

#include <optional>
#include <string>

namespace spranga::firewall::nft {

/// What is gone, for a person; nullopt: nothing that is ours, or we did it. `port`: the number of
/// the socket by which we change the table. Elements of sets do not count: they expire too.
[[nodiscard]] std::optional<std::string> loss(const nlmsghdr& message,
                                              const std::string& table,
                                              std::uint32_t port);

}  // namespace spranga::firewall::nft
