#include "guard/pickle/callable.h"

#include <algorithm>
#include <array>

#include "guard/pickle/exceptions.h"

namespace spranga::guard::pickle {

namespace {

struct CallableRow {
  std::string_view name;
  Callable meaning;
};

/// Of Python's built-in names.
constexpr std::array callable_rows = {
    CallableRow{"str", Callable::str},
    CallableRow{"unicode", Callable::str},
    CallableRow{"bytes", Callable::bytes},
    CallableRow{"set", Callable::set},
    CallableRow{"frozenset", Callable::frozenset},
};

}  // namespace

std::optional<Callable> find_callable(std::string_view module, std::string_view name) {
  if (module == "builtins" || module == "__builtin__") {
    const auto* const row = std::ranges::find_if(
        callable_rows, [name](const CallableRow& r) { return r.name == name; });
    if (row != callable_rows.end()) {
      return row->meaning;
    }
  }
  if (module == "_codecs" && name == "encode") {
    return Callable::latin1;
  }
  return is_known_exception(module, name) ? std::optional(Callable::exception) : std::nullopt;
}

}  // namespace spranga::guard::pickle
