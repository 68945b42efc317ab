// What the kernel tells everybody of changes to nftables, read for two questions: did somebody else
// take our table apart, or empty one of its sets? And did somebody take out rules that iptables
// made, which are nftables' too?
#pragma once

#include <linux/netlink.h>

#include <optional>
#include <string>

namespace spranga::firewall::nft {

/// What is gone, for a person; nullopt: nothing that is ours, or we did it. `port`: the number of
/// the socket by which we change the table. An element whose time is over is no event.
[[nodiscard]] std::optional<std::string> loss(const nlmsghdr& message,
                                              const std::string& table,
                                              std::uint32_t port);

/// Somebody took rules or chains of iptables out that may be those that look into our sets.
[[nodiscard]] bool touches_iptables(const nlmsghdr& message);

}  // namespace spranga::firewall::nft
