// Doors: which target stands in which set of the firewall, for which jails and until when. Jails
// that shut the same ports share a set: an element stays until the last of its jails lets go.
//
// What is here is the truth; the kernel's sets are made again from it whenever they are lost.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ban/instant.h"
#include "base/result.h"
#include "firewall/firewall.h"

namespace spranga::daemon {

class Doors {
public:
  explicit Doors(firewall::Firewall& firewall) : firewall_(firewall) {}

  /// The door of that shape, opened if it is new; its id does not matter. Errc::too_large: there
  /// are too many.
  [[nodiscard]] Result<firewall::DoorId> open(firewall::Door shape);

  /// False: the target is no address and no network, so no firewall knows it.
  bool ban(firewall::DoorId door,
           const std::string& jail,
           const std::string& target,
           std::optional<ban::Instant> until,
           ban::Instant now);

  void unban(firewall::DoorId door,
             const std::string& jail,
             const std::string& target,
             ban::Instant now);

  /// The jail lets everybody go through this door.
  void clear(firewall::DoorId door, const std::string& jail, ban::Instant now);

  /// The jail uses the door no more; one that nobody uses is taken away.
  void leave(firewall::DoorId door, const std::string& jail, ban::Instant now);

  /// Everything again, for a firewall that has forgotten it.
  void refill(ban::Instant now);

  [[nodiscard]] std::vector<firewall::Door> all() const;

  /// How many targets stand in a set.
  [[nodiscard]] std::size_t size(firewall::DoorId door) const;

private:
  struct Holder {
    std::uint16_t jail{0};
    std::optional<ban::Instant> until;
  };

  struct Gate {
    firewall::Door door;
    std::set<std::uint16_t> users;
    std::unordered_map<std::string, std::vector<Holder>> held;
  };

  [[nodiscard]] std::uint16_t number_of(const std::string& jail);
  void let_go(Gate& gate,
              std::uint16_t jail,
              const std::string& target,
              ban::Instant now,
              std::vector<firewall::Entry>& unban,
              std::vector<firewall::Entry>& shorten);

  firewall::Firewall& firewall_;
  std::map<firewall::DoorId, Gate> gates_;
  std::map<std::string, std::uint16_t, std::less<>> numbers_;
  firewall::DoorId next_{1};
};

/// Of a target in text; nullopt where it is no address and no network.
[[nodiscard]] std::optional<firewall::Entry> entry_of(firewall::DoorId door,
                                                      const std::string& target,
                                                      std::optional<ban::Instant> until,
                                                      ban::Instant now);

}  // namespace spranga::daemon
