// The closed unpickler: a pickle of protocol 0 to 5 as data. Nothing is called, imported or made
// but values; what is shared in the bytes is counted each time that it appears, so that no small
// message can become a large value.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "guard/pickle/value.h"

namespace spranga::guard::pickle {

struct Limits {
  std::size_t bytes;   // of the pickle
  std::size_t nodes;   // things that the bytes describe
  std::size_t values;  // things in the result, what is shared counted each time
  std::size_t text;    // bytes of all texts of the result
  std::size_t depth;
};

/// Of what a client may send: the whole stream of 100 stock jails has 0.4 MB and 2,000 values.
inline constexpr Limits request_limits{8UL << 20U, 500'000, 500'000, 8UL << 20U, 32};

/// Of what a server may answer: a million bans.
inline constexpr Limits reply_limits{256UL << 20U, 8'000'000, 8'000'000, 512UL << 20U, 64};

/// Errc::malformed with the opcode's name and offset ("GLOBAL at 2: os.system is not data");
/// Errc::too_large where a limit was reached.
[[nodiscard]] Result<Value> unpickle(std::string_view bytes, const Limits& limits = request_limits);

}  // namespace spranga::guard::pickle
