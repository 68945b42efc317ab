// Escaping of bytes that came from somebody else, for terminals, logs and reports.
#pragma once

#include <string>
#include <string_view>

namespace spranga::text {

/// `bytes` with everything made visible that is not printable UTF-8: control bytes (C0, DEL, C1),
/// invalid UTF-8 and bidirectional or invisible format characters become \n \r \t \0 \xNN or \u{N};
/// a backslash stays as it is. Output is valid UTF-8 without control characters.
[[nodiscard]] std::string escape(std::string_view bytes);

/// The same, behind what `out` holds.
void append_escaped(std::string& out, std::string_view bytes);

/// The same for lines of JSON, which stay JSON: \uXXXX, or two of them.
[[nodiscard]] std::string escape_json(std::string_view json);

/// At most `limit` bytes of escape(bytes), ending in "…" where something was cut.
[[nodiscard]] std::string escape_clipped(std::string_view bytes, std::size_t limit);

}  // namespace spranga::text
