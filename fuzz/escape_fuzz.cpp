// Escaping: what comes out holds no control byte and no byte that is not part of valid UTF-8, and a
// clipped text is short.
#include <algorithm>

#include "fuzz/input.h"
#include "text/escape.h"

using spranga::fuzz::require;

namespace {

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = spranga::fuzz::as_text(data, size);
  const auto escaped = spranga::text::escape(bytes);
  require(!has_control(escaped));
  require(spranga::text::escape(escaped) ==
          escaped);  // so it is valid UTF-8, and nothing is left to escape
  for (const std::size_t limit : {8U, 20U, 80U}) {
    const auto clipped = spranga::text::escape_clipped(bytes, limit);
    require(clipped.size() <= limit);
    require(spranga::text::escape(clipped) == clipped);
    require(escaped.size() > limit || clipped == escaped);
  }
  return 0;
}
