#include "guard/config/python_text.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "text/python_repr.h"
#include "text/utf8.h"

namespace spranga::guard::config {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

struct Lower {
  char32_t first;
  char32_t last;
  char32_t step;
  std::int32_t distance;
};

#include "guard/config/unicode_tables.inc"

template <class Row, std::size_t size>
const Row* row_of(const Row (&table)[size], char32_t c) {
  const auto* const row =
      std::upper_bound(std::begin(table), std::end(table), c, [](char32_t value, const Row& r) {
        return value < r.first;
      });
  if (row == std::begin(table) || c > std::prev(row)->last) {
    return nullptr;
  }
  return std::prev(row);
}

char32_t lower_of(char32_t c) {
  if (c < 0x80) {
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
  }
  const auto* const run = row_of(lower_runs, c);
  const bool applies = run != nullptr && (c - run->first) % run->step == 0;
  return applies ? static_cast<char32_t>(static_cast<std::int32_t>(c) + run->distance) : c;
}

/// The smallest character that a sequence of so many bytes may stand for.
constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};

}  // namespace

Rune rune_at(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) {
    return {first, 1, true};
  }
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 0;
  if (size == 0 || first >= 0xF8 || at + size > text.size()) {
    return {first, 1, false};
  }
  char32_t value = first & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0U) != 0x80U) {
      return {first, 1, false};
    }
    value = (value << 6) | (next & 0x3FU);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest[size] || value > 0x10FFFF || surrogate) {
    return {first, 1, false};
  }
  return {value, size, true};
}

std::size_t find_invalid(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto rune = rune_at(text, at);
    if (!rune.valid) {
      return at;
    }
    at += rune.size;
  }
  return std::string_view::npos;
}

bool is_space(char32_t c) {
  switch (c) {
    case 0x20:
    case 0x85:
    case 0xA0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000:
      return true;
    default:
      return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F) || (c >= 0x2000 && c <= 0x200A);
  }
}

bool is_word(char32_t c) {
  if (c < 0x80) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
  return row_of(word_ranges, c) != nullptr;
}

bool is_blank_byte(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || is_word(byte);
}

std::size_t blanks_at(std::string_view text, std::size_t at) {
  const auto from = at;
  while (at < text.size()) {
    const auto rune = rune_at(text, at);
    if (!rune.valid || !is_space(rune.value)) {
      break;
    }
    at += rune.size;
  }
  return at - from;
}

std::string_view lstrip(std::string_view text) {
  return text.substr(blanks_at(text, 0));
}

std::string_view rstrip(std::string_view text) {
  while (!text.empty()) {
    auto at = text.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) {
      --at;
    }
    const auto rune = rune_at(text, at);
    if (!rune.valid || !is_space(rune.value) || at + rune.size != text.size()) {
      break;
    }
    text.remove_suffix(rune.size);
  }
  return text;
}

std::string_view strip(std::string_view text) {
  return lstrip(rstrip(text));
}

std::string lower(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto rune = rune_at(text, at);
    if (!rune.valid) {
      out += text[at];
    } else if (rune.value == 0x130) {
      out += "i\xCC\x87";  // the one letter whose lower case is two characters
    } else {
      text::append_utf8(out, lower_of(rune.value));
    }
    at += rune.size;
  }
  return out;
}

std::size_t length(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += rune_at(text, at).size) {
    ++count;
  }
  return count;
}

std::string_view head(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size() && count > 0) {
    at += rune_at(text, at).size;
    --count;
  }
  return text.substr(0, at);
}

std::string repr(std::string_view text) {
  return text::python_repr(text);
}

std::optional<std::string> parse_integer(std::string_view text) {
  constexpr std::size_t longest = 4300;  // Python's own limit on digits
  text = strip(text);
  std::string sign;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    sign = text.front() == '-' ? "-" : "";
    text.remove_prefix(1);
  }
  std::string digits;
  bool may_underscore = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (c != '_' || !may_underscore) {
      return std::nullopt;
    }
    may_underscore = c != '_';
  }
  if (digits.empty() || !may_underscore || digits.size() > longest) {
    return std::nullopt;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return digits == "0" ? digits : sign + digits;
}

bool is_true(std::string_view text) {
  const auto value = lower(text);
  return value == "1" || value == "on" || value == "true" || value == "yes";
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  while (!from.empty()) {
    const auto at = text.find(from);
    if (at == std::string_view::npos) {
      break;
    }
    out.append(text.substr(0, at)).append(to);
    text.remove_prefix(at + from.size());
  }
  return out.append(text);
}

}  // namespace spranga::guard::config
