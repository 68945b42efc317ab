// KernelBackend: doors in the kernel, at once. What the firewall process drives; every call is
// carried out when it returns.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "firewall/firewall.h"
#include "firewall/network.h"

namespace spranga::firewall {

[[nodiscard]] inline Failure not_open(DoorId door) {
  return fail(Errc::not_found, "door " + std::to_string(door) + " is not open");
}

class KernelBackend {
public:
  virtual ~KernelBackend() = default;

  /// Takes what is there of an earlier life, with its bans, and makes exactly these doors of it.
  [[nodiscard]] virtual Result<void> begin(const std::vector<Door>& doors,
                                           std::span<const Network> never) = 0;
  [[nodiscard]] virtual Result<void> never_ban(std::span<const Network> never) = 0;
  [[nodiscard]] virtual Result<void> open(const Door& door) = 0;
  [[nodiscard]] virtual Result<void> close(DoorId door) = 0;
  /// Entries of open doors. What can be done is done; the first error is told.
  [[nodiscard]] virtual Result<void> ban(std::span<const Entry> entries) = 0;
  [[nodiscard]] virtual Result<void> unban(std::span<const Entry> entries) = 0;
  [[nodiscard]] virtual Result<void> flush(DoorId door) = 0;
  [[nodiscard]] virtual Result<Holding> list(DoorId door) = 0;
};

}  // namespace spranga::firewall
