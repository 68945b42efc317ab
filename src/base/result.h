// Result<T>: a value, or the reason there is none. The only header that knows where `expected`
// comes from.
//
// Debian 12's clang-tidy 14 cannot see libstdc++ 12's std::expected, so tl::expected stands in. Use
// only what std::expected also has, and no monadic chains: SPRANGA_TRY reads better and keeps the
// later swap a one-line change.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace spranga {

enum class Errc {
  malformed,  // the bytes do not follow the format
  too_large,  // a stated limit was reached
  not_found,
  denied,
  timeout,
  refused,      // a connection attempt was answered with a refusal (RST, ICMP port unreachable)
  unreachable,  // no way to the host or network, or this system lacks the address family
  reset,        // an established connection was torn down by RST
  closed,       // the peer ended the connection in an orderly way
  tls,          // the TLS handshake or record layer failed
  io,
  conflict,  // somebody else changed it first
  taken,     // somebody else holds it, and may let go of it
  internal,  // a promise inside spranga was broken
};

struct Error {
  Errc code{Errc::internal};
  std::string detail;  // for a person; never parsed, never shown to the remote side
};

using Failure = tl::unexpected<Error>;

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
public:
  using tl::expected<T, Error>::expected;
};

[[nodiscard]] inline Failure fail(Errc code, std::string detail) {
  return Failure(Error{code, std::move(detail)});
}

}  // namespace spranga

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot be parenthesised.
#define SPRANGA_CAT2(a, b) a##b
#define SPRANGA_CAT(a, b) SPRANGA_CAT2(a, b)

// Hand the failure on, or go on with the value. GIVE is `return`, in a coroutine `co_return`.
#define SPRANGA_UNWRAP(GIVE, expression)                                     \
  auto SPRANGA_CAT(try_, __LINE__) = (expression);                           \
  if (!SPRANGA_CAT(try_, __LINE__)) {                                        \
    GIVE ::spranga::Failure(std::move(SPRANGA_CAT(try_, __LINE__)).error()); \
  }

// SPRANGA_TRY(const auto reply, parse_reply(bytes));   in a coroutine: SPRANGA_CO_TRY
#define SPRANGA_TRY(declaration, expression) \
  SPRANGA_UNWRAP(return, expression) declaration = *std::move(SPRANGA_CAT(try_, __LINE__))
#define SPRANGA_CO_TRY(declaration, expression) \
  SPRANGA_UNWRAP(co_return, expression) declaration = *std::move(SPRANGA_CAT(try_, __LINE__))

// SPRANGA_CHECK(write_all(fd, bytes));   for a Result<void>, or where the value is not wanted
#define SPRANGA_CHECK(expression)      \
  do {                                 \
    SPRANGA_UNWRAP(return, expression) \
  } while (false)
#define SPRANGA_CO_CHECK(expression)      \
  do {                                    \
    SPRANGA_UNWRAP(co_return, expression) \
  } while (false)
// NOLINTEND(bugprone-macro-parentheses)
