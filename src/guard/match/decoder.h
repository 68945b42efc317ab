// Decoder: the bytes of a line → UTF-8, as Python's bytes.decode(encoding, "replace") does it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace spranga::guard {

struct DecodedLine {
  std::string_view text;  // valid UTF-8; lives until the next line or as long as the raw bytes
  bool ascii{true};
  bool replaced{false};  // there were bytes that the encoding does not know: U+FFFD stands for them
};

class Decoder {
public:
  /// Python's names of encodings: "auto" (UTF-8), "utf-8", "latin-1", "ascii", "utf-16-le"…; what
  /// is not among these is asked of iconv. An unknown one is Errc::not_found.
  [[nodiscard]] static Result<std::unique_ptr<Decoder>> make(std::string_view encoding);

  virtual ~Decoder() = default;

  [[nodiscard]] virtual DecodedLine decode(std::string_view raw) = 0;

  /// Whether ASCII is the same bytes in this encoding, and nothing else is: a word of a line's text
  /// is a word of its bytes, and a line of ASCII needs no decoding.
  [[nodiscard]] virtual bool keeps_ascii() const { return false; }

  /// Bytes of a line's end ("\n" in this encoding); lines of a file are cut behind it.
  [[nodiscard]] virtual std::string_view newline() const { return "\n"; }
};

/// Where the first line of `bytes` ends, its newline included; npos: there is no newline yet. A
/// newline counts only at a multiple of its own length.
[[nodiscard]] std::size_t end_of_line(std::string_view bytes, std::string_view newline);

}  // namespace spranga::guard
