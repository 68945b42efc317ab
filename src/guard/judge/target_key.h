// TargetKey: 128 bits that stand for the text of a target (an address, a network, a name, what
// F-ID caught), so that an account is as small for a long id as for an address. SipHash-2-4 under a
// secret: who does not know it cannot make two texts that share one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spranga::guard {

struct TargetKey {
  std::uint64_t first{0};
  std::uint64_t second{0};

  [[nodiscard]] bool operator==(const TargetKey&) const = default;
};

struct TargetKeyHash {
  [[nodiscard]] std::size_t operator()(const TargetKey& of) const { return of.first; }
};

using Secret = std::array<std::uint64_t, 2>;

[[nodiscard]] TargetKey target_key(const Secret& secret, std::string_view text);

}  // namespace spranga::guard
