// Doorkeeper: carries out the guard's orders in the firewall process. It trusts none of them: what
// must never be banned is not, whoever says so.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firewall/backend.h"
#include "firewall/messages.h"
#include "firewall/never_list.h"

namespace spranga::firewall {

class Doorkeeper {
public:
  /// Makes the backend that a door asks for; asked once for each.
  using Make = std::function<Result<std::unique_ptr<KernelBackend>>(Backend, const Start&)>;
  using Reply = std::function<void(Answer)>;
  /// Entries that were banned at a door just now.
  using Banned = std::function<void(const Door&, const Entry&)>;

  Doorkeeper(Make make, Reply reply, Banned banned)
      : make_(std::move(make)), reply_(std::move(reply)), banned_(std::move(banned)) {}

  /// The answers, the Outcome last, have gone to `reply` when it returns.
  void carry_out(const Request& request);

private:
  [[nodiscard]] Result<void> take(const Start& order, std::uint64_t number);
  [[nodiscard]] Result<void> take(const NeverBan& order, std::uint64_t number);
  [[nodiscard]] Result<void> take(const OpenDoor& order, std::uint64_t number);
  [[nodiscard]] Result<void> take(const CloseDoor& order, std::uint64_t number);
  [[nodiscard]] Result<void> take(const BanEntries& order, std::uint64_t number);
  [[nodiscard]] Result<void> take(const UnbanEntries& order, std::uint64_t number);
  [[nodiscard]] Result<void> take(const FlushDoor& order, std::uint64_t number);
  [[nodiscard]] Result<void> take(const ListDoor& order, std::uint64_t number);

  using Split = std::map<Backend, std::vector<Entry>>;
  /// Entries of doors that are open, by backend; the first that is not is the error.
  [[nodiscard]] Result<Split> split(const std::vector<Entry>& entries) const;
  [[nodiscard]] Result<KernelBackend*> backend(Backend which);
  [[nodiscard]] Result<KernelBackend*> backend_of(DoorId door);

  Make make_;
  Reply reply_;
  Banned banned_;
  std::optional<Start> setup_;
  NeverList never_;
  std::map<Backend, std::unique_ptr<KernelBackend>> backends_;
  std::map<DoorId, Door> doors_;
};

}  // namespace spranga::firewall
