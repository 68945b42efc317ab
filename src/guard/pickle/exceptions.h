// The exceptions that replies of fail2ban hold. To us they are a name and arguments.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "guard/pickle/value.h"

namespace spranga::guard::pickle {

/// The module that a Python program imports it from; nothing for a name that is not in the table.
[[nodiscard]] std::optional<std::string_view> module_of_exception(std::string_view name);

/// Whether MODULE.NAME is one of them, also by the names that old protocols use.
[[nodiscard]] bool is_known_exception(std::string_view module, std::string_view name);

/// Is `exception` an instance of it, as Python's isinstance says? Only for the classes of the
/// table.
[[nodiscard]] bool is_a(const Value& exception, std::string_view name);

/// What its `args` are once Python has made it: an OSError keeps two, a JSONDecodeError makes one.
[[nodiscard]] Value python_arguments(const Value& exception);

/// str(exception).
[[nodiscard]] std::string message_of(const Value& exception);

}  // namespace spranga::guard::pickle
