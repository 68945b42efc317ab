// Ipset: doors as sets of the kernel's ipset, through nfnetlink; the rules that look into them are
// iptables' (iptables_rules.h), and made by somebody else.
//
// A door has the sets f2b-NAME and f2b-NAME6 of type hash:net, which hold addresses and networks
// alike. A time is at most 2,147,483 s there: what lasts longer is to be ordered again meanwhile.
//
// The kernel tells nobody of changes to a set. That somebody else emptied one is seen by looking:
// there is nothing in it though something that we put in has not ended.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "firewall/backend.h"
#include "firewall/netlink.h"

namespace spranga::firewall {

/// "f2b-sshd", "f2b-sshd6".
[[nodiscard]] std::string ipset_name(const Door& door, net::Family family);

/// What the kernel is given: whole seconds, rounded up; 0: for good.
[[nodiscard]] std::uint32_t ipset_seconds(const std::optional<std::chrono::milliseconds>& lasts);

constexpr std::uint32_t longest_ipset_ban = 2'147'483;

class Ipset : public KernelBackend {
public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Ipset(NetlinkSocket socket) : socket_(std::move(socket)) {}

  [[nodiscard]] Result<void> begin(const std::vector<Door>& doors,
                                   std::span<const Network> never) override;
  [[nodiscard]] Result<void> never_ban(std::span<const Network> never) override;
  [[nodiscard]] Result<void> open(const Door& door) override;
  /// The rules must be gone by then: Errc::conflict where one still looks into a set, which is
  /// empty then.
  [[nodiscard]] Result<void> close(DoorId door) override;
  [[nodiscard]] Result<void> ban(std::span<const Entry> entries) override;
  [[nodiscard]] Result<void> unban(std::span<const Entry> entries) override;
  [[nodiscard]] Result<void> flush(DoorId door) override;
  [[nodiscard]] Result<Holding> list(DoorId door) override;

  /// What somebody else did to a set, for a person; told once.
  [[nodiscard]] std::optional<std::string> look(Time now);

  /// Makes the sets that are not there; what was in them is to be ordered again.
  [[nodiscard]] Result<void> repair();

  [[nodiscard]] bool has_doors() const { return !doors_.empty(); }

private:
  using Names = std::array<std::string, 2>;  // of the sets for IPv4 and IPv6

  [[nodiscard]] Result<std::optional<std::uint32_t>> count(const std::string& name);
  void note_banned(const std::string& name, const Entry& entry, Time now);
  void note_emptied(const std::string& name);
  [[nodiscard]] Result<void> create(const std::string& name, net::Family family);
  [[nodiscard]] Result<void> order(std::uint16_t command,
                                   const std::string& name,
                                   std::span<const Entry* const> entries);
  [[nodiscard]] Result<void> change(std::uint16_t command, std::span<const Entry> entries);
  [[nodiscard]] Result<void> read_set(const std::string& name,
                                      DoorId door,
                                      std::vector<Entry>& out);

  NetlinkSocket socket_;
  std::map<DoorId, Names> doors_;
  std::map<std::string, Time> filled_until_;  // by set: the last of what was put in
};

}  // namespace spranga::firewall
