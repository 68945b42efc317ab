// Doors: which target stands in which set of the firewall, for which jails and until when. Jails
// that shut the same ports share a set: an element stays until the last of its jails lets go.
//
// What is here is the truth; the kernel's sets are made again from it whenever they are lost.
//
// A door whose backend is ipset is known by its name, and may be refused by the kernel. So its bans
// wait until it is open; they go out together then. It is closed when told to, since the rules that
// look into its sets have to go first.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "ban/instant.h"
#include "base/result.h"
#include "daemon/held_targets.h"
#include "firewall/firewall.h"
#include "firewall/network.h"

namespace spranga::daemon {

class Doors {
public:
  /// Bans go out when `at_once` of them have gathered, or send() is called.
  /// `secret`: of the keys by which targets are found.
  explicit Doors(firewall::Firewall& firewall,
                 std::size_t at_once = 1,
                 const guard::Secret& secret = {})
      : firewall_(firewall), at_once_(at_once), secret_(secret) {}

  /// Until begin() no door is ordered. All of them go to the firewall together then, with its first
  /// order (firewall::Start), so that it goes on with the sets that an earlier life has left: at
  /// no moment of a start is a door open that was shut.
  void gather() { gathers_ = true; }

  /// From here on doors are ordered as they come.
  void begin();

  /// Asks who stands in the doors of nftables.
  void look();

  /// The answer. Some of them may have no right to it: an earlier life banned
  /// them, and the ledger says otherwise.
  void found(firewall::Holding holding);

  /// When all bans of earlier lives are here: whom an earlier life has left in a set, and nobody
  /// holds, is let go.
  void let_strangers_go(ban::Instant now);

  /// Whether somebody was found of whom that is not decided yet.
  [[nodiscard]] bool has_found() const { return !found_.empty(); }

  /// Nobody knows who has a right to be there: whoever was found stays until his time is over, by
  /// the kernel's word alone, or a person lets him go.
  void keep_strangers() {
    found_.clear();
    has_strangers_ = true;
  }

  /// For a person's word about somebody whom no jail holds: he may be there as a stranger. False:
  /// there are none that were kept.
  bool let_stranger_go(firewall::DoorId door, const std::string& target, ban::Instant now);

  /// The door of that shape for a jail, opened if it is new; the shape's id does not matter.
  /// Errc::too_large: there are too many; Errc::conflict: a name that stands for another shape.
  [[nodiscard]] Result<firewall::DoorId> open(firewall::Door shape, const std::string& jail);

  /// The door that this order was to open, if it is one that waits for that. Where it could not be,
  /// its bans stay here until it is dropped.
  [[nodiscard]] std::optional<firewall::DoorId> answered(const firewall::Outcome& outcome,
                                                         ban::Instant now);

  enum class Turn {
    next,
    behind_fresh,  // for one of an earlier life: it goes out when there is room
  };

  /// False: the target is no address and no network, so no firewall knows it.
  bool ban(firewall::DoorId door,
           const std::string& jail,
           const std::string& target,
           std::optional<ban::Instant> until,
           ban::Instant now,
           Turn turn = Turn::next);

  /// Of an earlier life: it goes out, and the ledger holds it, until ban() with behind_fresh comes
  /// for it and takes that over.
  void ban_ahead(firewall::DoorId door,
                 const std::string& target,
                 std::optional<ban::Instant> until,
                 ban::Instant now);

  /// What becomes of whom the ledger still holds.
  enum class Rest {
    let_go,  // all bans of earlier lives have come: he has nobody's word any more
    kept,    // they could not all be read: keep_strangers(), and he is one of them
  };
  void end_ahead(ban::Instant now, Rest rest = Rest::let_go);

  /// An order failed: if bans of an earlier life were in it, all go out again when all of them were
  /// answered.
  void failed(std::uint64_t order) {
    later_failed_ = later_orders_.erase(order) > 0 || later_failed_;
  }

  /// An order was answered, well or not.
  void done(std::uint64_t order) { later_orders_.erase(order); }

  /// What has gathered goes out: all fresh bans, and as many older ones as may be on their way.
  /// True: fresh ones were among it.
  bool send(ban::Instant now);

  /// Without regard to how many are on their way.
  void send_all(ban::Instant now);

  /// Whether more of earlier lives would only wait.
  [[nodiscard]] bool is_busy() const { return later_.size() >= most_later; }

  void unban(firewall::DoorId door,
             const std::string& jail,
             const std::string& target,
             ban::Instant now);

  /// The jail lets everybody go through this door. Strangers that were kept go when a person has
  /// said so of all its jails, or the only one leaves.
  enum class Clearing { by_person, leaving };
  void clear(firewall::DoorId door, const std::string& jail, ban::Instant now, Clearing why);

  /// The jail uses the door no more; one of nftables that nobody uses is taken away. False: others
  /// use it.
  bool leave(firewall::DoorId door, const std::string& jail, ban::Instant now);

  /// Takes a door away if nobody uses it (again).
  void close_unused(firewall::DoorId door);

  /// Forgets a door that could not be opened.
  void drop(firewall::DoorId door) {
    gates_.erase(door);
    later_changed_ = true;
  }

  /// Orders again what a set of ipset cannot hold as long as it is to last.
  void prolong_longest(ban::Instant now);

  /// Everything again, for a firewall that has forgotten it.
  void refill(ban::Instant now);

  [[nodiscard]] std::vector<firewall::Door> all() const;

  /// How many targets stand in a set.
  [[nodiscard]] std::size_t size(firewall::DoorId door) const;

private:
  struct Gate {
    firewall::Door door;
    std::set<std::uint16_t> users;
    HeldTargets held;
    std::uint64_t opening{0};           // the order whose answer its bans wait for; 0: none
    std::size_t ahead{0};               // targets that the ledger holds
    std::set<std::uint16_t> cleared{};  // jails of which a person let all go, strangers too

    [[nodiscard]] bool is_only_of(std::uint16_t jail) const {
      return users.size() == 1 && users.contains(jail);
    }
  };

  struct Later {
    firewall::Entry entry;  // but for its time
    ban::Instant until;     // as it was when it came
  };

  static constexpr std::uint16_t by_ledger = 0xffff;  // who holds what was banned ahead

  [[nodiscard]] bool take_over(Gate& gate, const firewall::Network& target, const Holder& holder);
  [[nodiscard]] std::optional<ban::Instant> end_now(const Later& later) const;
  bool send_fresh();
  void unban_all(std::span<const firewall::Entry> gone);
  void ban_all(std::span<const firewall::Entry> entries);
  void send_later(ban::Instant now, std::size_t most_orders);
  [[nodiscard]] std::uint16_t number_of(const std::string& jail);
  void order_open(Gate& gate);
  [[nodiscard]] static std::optional<firewall::Network> network_of(const std::string& target);
  void fill_all(const Gate& gate, ban::Instant now);
  void repeat_failed(ban::Instant now);
  void repeat(ban::Instant now);
  [[nodiscard]] bool is_nobodys(Gate& gate, std::uint16_t jail, Clearing why) const;
  template <class Wanted>
  void fill(const Gate& gate, ban::Instant now, const Wanted& wanted);
  void let_go(Gate& gate,
              std::uint16_t jail,
              const firewall::Network& target,
              ban::Instant now,
              std::vector<firewall::Entry>& unban,
              std::vector<firewall::Entry>& shorten);

  static constexpr std::size_t most_later = 2000;      // bans that wait here
  static constexpr std::size_t later_at_once = 1000;   // of them in one order
  static constexpr std::size_t most_later_orders = 2;  // on their way to the firewall process

  firewall::Firewall& firewall_;
  std::size_t at_once_;
  guard::Secret secret_;
  std::vector<firewall::Entry> fresh_;
  std::deque<Later> later_;
  bool gathers_{false};
  bool is_ahead_{false};  // of the books, until end_ahead()
  bool has_strangers_{false};
  bool later_failed_{false};  // some order of bans of an earlier life
  std::vector<firewall::Entry> found_;
  bool later_changed_{false};  // some of them may have been let go, or end at another time
  std::set<std::uint64_t> later_orders_;
  std::map<firewall::DoorId, Gate> gates_;
  std::map<std::string, std::uint16_t, std::less<>> numbers_;
  firewall::DoorId next_{1};
};

}  // namespace spranga::daemon
