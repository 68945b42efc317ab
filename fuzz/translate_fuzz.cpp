// Values of sentences: whatever the bytes, translation ends, loses no value and is stable.
#include <string>

#include "fuzz/input.h"
#include "words/elsewhere.h"

using spranga::fuzz::require;
using spranga::words::Language;
using spranga::words::translate;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = spranga::fuzz::as_text(data, size);
  require(translate(text, Language::english) == text);
  const auto italian = translate(text, Language::italian);
  require(italian.empty() == text.empty());
  const auto wrapped = translate("TLS handshake failed: " + std::string(text), Language::italian);
  require(wrapped.ends_with(italian) || wrapped.ends_with(text));
  return 0;
}
