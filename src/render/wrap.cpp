#include "render/wrap.h"

#include <algorithm>

namespace spranga::render {

namespace {

bool begins_code_point(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

/// Bytes of the first `count` code points.
std::size_t prefix_bytes(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (begins_code_point(text[at]) && count-- == 0) {
      break;
    }
    ++at;
  }
  return at;
}

/// Where the first line ends: before the last space that fits, else after `width` code points.
std::size_t break_at(std::string_view text, std::size_t width) {
  const auto fits = prefix_bytes(text, width);
  if (fits == text.size() || text[fits] == ' ') {
    return fits;
  }
  const auto space = text.rfind(' ', fits);
  return space == std::string_view::npos || space == 0 ? fits : space;
}

}  // namespace

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_code_point));
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  width = std::max<std::size_t>(width, 1);
  do {
    const auto end = break_at(text, width);
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  } while (!text.empty());
  return lines;
}

std::string hang(std::string_view first, std::string_view text, std::size_t width) {
  constexpr std::size_t narrowest = 20;  // below that a terminal's own wrapping reads better
  const auto indent = columns(first);
  const auto room = width > indent + narrowest ? width - indent : narrowest;
  std::string out(first);
  bool begun = false;
  for (const auto& line : wrap(text, room)) {
    out += (begun ? std::string(indent, ' ') : "") + line + "\n";
    begun = true;
  }
  return out;
}

std::string pad(std::string_view text, std::size_t width) {
  const auto used = columns(text);
  return std::string(text) + std::string(used < width ? width - used : 0, ' ');
}

}  // namespace spranga::render
