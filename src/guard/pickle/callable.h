// The names that a pickle may mention: what Python itself writes for sets, bytes and addresses, and
// the exceptions of replies. None of them is ever called; each says what a "call" of it means.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace spranga::guard::pickle {

enum class Callable : std::uint8_t { str, bytes, set, frozenset, latin1, exception };

/// Nothing for every other name.
[[nodiscard]] std::optional<Callable> find_callable(std::string_view module, std::string_view name);

}  // namespace spranga::guard::pickle
