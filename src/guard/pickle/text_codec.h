// The ways in which pickles write texts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spranga::guard::pickle {

/// UTF-8 in which U+DC80 to U+DCFF, alone as Python writes them, become the bytes that they stand
/// for. Nothing for everything else that is no UTF-8.
[[nodiscard]] std::optional<std::string> without_surrogates(std::string_view bytes);

/// The other way: bytes that are no UTF-8 become such surrogates.
[[nodiscard]] std::string with_surrogates(std::string_view text);

/// Latin-1 with \uXXXX and \UXXXXXXXX, as protocol 0 writes it; the result is UTF-8.
[[nodiscard]] std::optional<std::string> decode_raw_unicode(std::string_view line);

/// A quoted string of Python 2, ASCII only.
[[nodiscard]] std::optional<std::string> decode_quoted(std::string_view line);

/// UTF-8 of up to U+00FF as bytes.
[[nodiscard]] std::optional<std::string> to_latin1(std::string_view text);

/// Bytes as the UTF-8 of their Latin-1 characters.
[[nodiscard]] std::string from_latin1(std::string_view bytes);

}  // namespace spranga::guard::pickle
