// The table of formats.
#include <algorithm>
#include <array>

#include "render/html_report.h"
#include "render/json_report.h"
#include "render/render.h"
#include "render/text_report.h"

namespace spranga::render {

std::span<const Format> formats() {
  static const std::array rows = {
      Format{"text", words::Word::format_text_help, true, text_report},
      Format{"json", words::Word::format_json_help, false, json_report},
      Format{"html", words::Word::format_html_help, false, html_report},
  };
  return rows;
}

const Format* find_format(std::string_view name) {
  const auto rows = formats();
  const auto found = std::ranges::find(rows, name, &Format::name);
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace spranga::render
