// What `why` and `top` get to know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ledger/record.h"

namespace spranga::ledger {

struct BanStory {
  BanMade made;
  std::optional<ban::Instant> ended;  // unbanned by a person, then
};

enum class TopBy { failures, bans };

struct Offender {
  std::string target;
  std::uint64_t failures{0};
  std::uint64_t bans{0};
  ban::Instant last;  // sighting or ban
};

struct JailCount {
  std::string jail;
  std::uint64_t failures{0};
  std::uint64_t bans{0};     // begun
  std::uint64_t running{0};  // of all, now
};

}  // namespace spranga::ledger
