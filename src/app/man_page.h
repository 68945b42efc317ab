// Manual pages (man(7)), made from the tables of verbs and options.
#pragma once

#include <string>

#include "app/verb.h"

namespace spranga::app {

/// spranga-VERB(1)
[[nodiscard]] std::string man_page(const Verb& verb);

}  // namespace spranga::app
