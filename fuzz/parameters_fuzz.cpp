// The list of a jail's actions: its pieces lie in order in the text, lose nothing but blanks, and
// each is a reference or an error with words.
#include <algorithm>

#include "fuzz/input.h"
#include "guard/config/parameters.h"
#include "guard/config/python_text.h"

using namespace spranga::guard::config;
using spranga::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t enough = 2048;
  const auto text = spranga::fuzz::as_text(data, std::min(size, enough));
  if (find_invalid(text) != std::string_view::npos) {
    return 0;  // a file that is no UTF-8 is never read
  }
  const auto pieces = split_references(Traced(text, {}));
  if (!pieces) {
    require(!pieces.error().detail.empty());
    return 0;
  }
  std::size_t at = 0;
  for (const auto& piece : *pieces) {
    const auto found = text.find(piece.text(), at);
    require(found != std::string_view::npos);
    require(strip(text.substr(at, found - at)).empty());
    at = found + piece.text().size();
    const auto reference = parse_reference(strip(piece.text()), {});
    require(reference ? !reference->name.empty() : !reference.error().detail.empty());
  }
  require(strip(text.substr(at)).empty());
  return 0;
}
