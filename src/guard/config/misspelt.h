// Options that are probably misspelt: nobody reads them, and they are nearly one that is read.
#pragma once

#include "guard/config/layers.h"
#include "guard/config/problem.h"

namespace spranga::guard::config {

/// Looks through the sections of jail.conf; what any value refers to is meant as it is.
void warn_of_misspelt_options(const Ini& jails, Problems& problems);

}  // namespace spranga::guard::config
