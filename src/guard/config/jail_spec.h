// From a jail's commands to the values that the guard works with.
#pragma once

#include <optional>

#include "ban/jail_spec.h"
#include "base/result.h"
#include "guard/config/jail_reader.h"
#include "guard/config/problem.h"

namespace spranga::guard::config {

/// An error is noted in `problems`; the jail cannot be used then.
[[nodiscard]] Result<ban::JailSpec> to_jail_spec(const Reading& reading,
                                                 const Ini& jails,
                                                 const Jail& jail);

/// The same for a filter on its own.
[[nodiscard]] Result<ban::FilterSpec> to_filter_spec(const Definition& filter,
                                                     const std::string& name,
                                                     Problems& problems);

}  // namespace spranga::guard::config
