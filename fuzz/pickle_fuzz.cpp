// A pickle: a value that is written and read again as the same, in each protocol, or an error.
#include <string>

#include "fuzz/input.h"
#include "guard/pickle/pickle.h"
#include "guard/pickle/python_text.h"
#include "guard/pickle/unpickle.h"

using namespace spranga::guard::pickle;
using spranga::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = unpickle(spranga::fuzz::as_text(data, size));
  if (!value) {
    require(!value.error().detail.empty());
    return 0;
  }
  static_cast<void>(str(*value));
  const auto written = to_pickle(*value);
  for (int protocol = 2; protocol <= highest_protocol; ++protocol) {
    const auto again = unpickle(to_pickle(*value, protocol), reply_limits);
    require(again && to_pickle(*again) == written);
  }
  return 0;
}
