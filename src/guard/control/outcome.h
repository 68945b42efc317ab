// What a verb comes to: a value, or the exception that fail2ban raises there.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "base/result.h"
#include "guard/pickle/value.h"

namespace spranga::guard::control {

using pickle::Value;

template <class T>
using Outcome = tl::expected<T, Value>;

using Raised = tl::unexpected<Value>;

[[nodiscard]] inline Raised raise(std::string_view exception, std::string_view message) {
  return Raised(Value::exception(exception, {Value::of(message)}));
}

[[nodiscard]] inline Raised unknown_jail(std::string_view name) {
  return raise("UnknownJailException", name);
}

}  // namespace spranga::guard::control

// SPRANGA_TRY's twin: hand the exception on, or go on with the value.
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot be parenthesised.
#define SPRANGA_VERB_TRY(declaration, expression)                              \
  auto SPRANGA_CAT(outcome_, __LINE__) = (expression);                         \
  if (!SPRANGA_CAT(outcome_, __LINE__)) {                                      \
    return tl::unexpected(std::move(SPRANGA_CAT(outcome_, __LINE__)).error()); \
  }                                                                            \
  declaration = *std::move(SPRANGA_CAT(outcome_, __LINE__))
#define SPRANGA_VERB_CHECK(expression)                 \
  if (auto outcome = (expression); !outcome) {         \
    return tl::unexpected(std::move(outcome).error()); \
  }
// NOLINTEND(bugprone-macro-parentheses)
