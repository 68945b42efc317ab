// Whether a line names an address, and not one that only begins or ends like it.
#pragma once

#include <string>
#include <string_view>

namespace spranga::replay {

[[nodiscard]] bool names_address(std::string_view line, std::string_view address);

}  // namespace spranga::replay
