// Passwords in log lines: of a line with nothing left to hide nothing more is hidden, and no line
// grows by more than its stars.
#include "fuzz/input.h"
#include "guard/match/credentials.h"

using spranga::fuzz::require;
using spranga::guard::hide_credentials;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto line = spranga::fuzz::as_text(data, size);
  const auto hidden = hide_credentials(line);
  require(hide_credentials(hidden) == hidden);
  require(hidden.size() <= 4 * line.size() + 3);
  return 0;
}
