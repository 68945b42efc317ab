// What keeps a jail from working though its configuration could be read: expressions that do not
// compile, a datepattern or a formula that nobody understands.
#pragma once

#include <string>
#include <vector>

#include "ban/instant.h"
#include "ban/jail_spec.h"

namespace spranga::replay {

struct JailFault {
  ban::Origin origin;  // of the expression or the option; else of the jail
  std::string what;
};

/// All of them, each tried on its own. Empty: the jail works.
[[nodiscard]] std::vector<JailFault> faults_of(const ban::JailSpec& spec, ban::Instant today);

/// "FILE:LINE: WHAT".
[[nodiscard]] std::string to_text(const JailFault& fault);

}  // namespace spranga::replay
