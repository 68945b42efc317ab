// Verdict and Ban: what comes of a sighting.
#pragma once

#include <optional>
#include <string>

#include "ban/instant.h"

namespace spranga::ban {

struct Ban {
  std::string jail;
  std::string target;  // an address, a network ("2001:db8::/64") or an id
  Instant since;
  std::optional<Instant> until;  // none: for good
  int count{1};                  // which ban of this target it is, as bantime.increment counts
  int failures{0};
};

}  // namespace spranga::ban
