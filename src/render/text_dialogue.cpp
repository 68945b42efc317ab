// Places and dialogues as text.
#include <fmt/core.h>

#include <algorithm>

#include "render/labels.h"
#include "render/text_report.h"
#include "render/wrap.h"
#include "text/escape.h"
#include "words/elsewhere.h"

namespace spranga::render {

using words::say;
using words::Word;

std::size_t width_of(const Style& style) {
  return static_cast<std::size_t>(std::clamp(style.width, 40, 200));
}

std::string place(const finding::Where& where, const Style& style) {
  if (!where.port) {
    return text::escape(where.address.value_or(""));
  }
  const auto port = std::to_string(*where.port);
  if (!where.address) {
    return say(where.tls ? Word::where_port_tls : Word::where_port, {port}, style.language);
  }
  return say(where.tls ? Word::where_address_port_tls : Word::where_address_port,
             {*where.address, port},
             style.language);
}

std::string line_text(const finding::Line& line, const Style& style) {
  return line.direction == finding::Direction::event ? words::translate(line.text, style.language)
                                                     : line.text;
}

std::string purpose_text(const finding::Dialogue& dialogue, const Style& style) {
  return words::translate(dialogue.purpose, style.language);
}

std::string dialogue_text(std::span<const finding::Line> lines,
                          std::string_view margin,
                          std::size_t limit,
                          const Style& style) {
  std::string out;
  for (const auto& line : lines) {
    const auto at = static_cast<double>(line.at.count()) / 1000.0;
    const auto milliseconds =
        say(Word::report_milliseconds, {fmt::format("{:.1f}", at)}, style.language);
    const auto first =
        fmt::format("{}{:>11}  {} ", margin, milliseconds, pad(mark_of(line.direction).arrow, 2));
    out += hang(first, text::escape_clipped(line_text(line, style), limit), width_of(style));
  }
  return out;
}

}  // namespace spranga::render
