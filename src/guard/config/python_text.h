// Text as Python's str sees it: fail2ban's configuration means what Python's ConfigParser and `re`
// make of it, blanks and letters beyond ASCII included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spranga::guard::config {

struct Rune {
  char32_t value{0};
  std::size_t size{1};  // bytes
  bool valid{true};     // no: one byte that is no UTF-8, its value in `value`
};

/// The character that begins at `at`, which must lie inside `text`.
[[nodiscard]] Rune rune_at(std::string_view text, std::size_t at);

/// Offset of the first byte that is no UTF-8; npos where all is.
[[nodiscard]] std::size_t find_invalid(std::string_view text);

/// str.isspace() of one character; also what \s matches.
[[nodiscard]] bool is_space(char32_t c);

/// What \w matches.
[[nodiscard]] bool is_word(char32_t c);

/// What \s matches of one byte; no byte of a longer character.
[[nodiscard]] bool is_blank_byte(char c);

/// What \w matches of one byte, and every byte of a longer character.
[[nodiscard]] bool is_word_byte(char c);

[[nodiscard]] std::string_view lstrip(std::string_view text);
[[nodiscard]] std::string_view rstrip(std::string_view text);
[[nodiscard]] std::string_view strip(std::string_view text);
[[nodiscard]] std::string lower(std::string_view text);

/// Number of characters.
[[nodiscard]] std::size_t length(std::string_view text);

/// The first `count` characters.
[[nodiscard]] std::string_view head(std::string_view text, std::size_t count);

/// Bytes of the blanks that `text` has at `at`.
[[nodiscard]] std::size_t blanks_at(std::string_view text, std::size_t at);

/// repr(str): quoted, what is not printable escaped.
[[nodiscard]] std::string repr(std::string_view text);

/// int(str), as str() writes it again; nothing where Python raises ValueError.
[[nodiscard]] std::optional<std::string> parse_integer(std::string_view text);

/// How fail2ban reads a boolean.
[[nodiscard]] bool is_true(std::string_view text);

/// The text with every `from` replaced by `to`.
[[nodiscard]] std::string replace_all(std::string_view text,
                                      std::string_view from,
                                      std::string_view to);

}  // namespace spranga::guard::config
