// The first of the two stages: %(name)s, %(section/name)s, %(known/name)s, %%.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "guard/config/layers.h"
#include "guard/config/problem.h"
#include "guard/config/value.h"

namespace spranga::guard::config {

struct Scope {
  const Ini& ini;
  std::string section;           // "DEFAULT" for the defaults alone
  const Section* vars{nullptr};  // go before the section's own options; names in lower case
};

/// The option's value with everything filled in; nothing where neither `vars`, the section nor
/// [DEFAULT] has it. The section itself must exist. An error carries Python's words, and is noted
/// in `problems` with ours.
[[nodiscard]] Result<std::optional<Value>> get(const Scope& scope,
                                               const std::string& option,
                                               Problems& problems);

/// The same without filling anything in; nullptr where there is none.
[[nodiscard]] const Value* get_raw(const Scope& scope, const std::string& option);

}  // namespace spranga::guard::config
