#include "render/html_writer.h"

#include <algorithm>
#include <array>

#include "text/escape.h"

namespace spranga::render {

namespace {

/// Elements within a line: no line ends behind them, since that would be a blank.
constexpr std::array<std::string_view, 8> inline_elements = {
    "a", "code", "pre", "small", "span", "strong", "td", "th"};

void append_escaped(std::string& out, std::string_view raw) {
  for (const char c : text::escape(raw)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace

void Html::open(Name name, Attributes attributes, std::string_view end) {
  out_ += '<';
  out_ += name.text();
  for (const auto& [attribute, value] : attributes) {
    out_ += ' ';
    out_ += attribute.text();
    out_ += "=\"";
    append_escaped(out_, value);
    out_ += '"';
  }
  out_ += end;
}

void Html::close(Name name) {
  out_ += "</";
  out_ += name.text();
  out_ += std::ranges::count(inline_elements, name.text()) > 0 ? ">" : ">\n";
}

Html::Element Html::element(Name name, Attributes attributes) {
  open(name, attributes, ">");
  return {*this, name};
}

void Html::leaf(Name name, std::string_view text, Attributes attributes) {
  open(name, attributes, ">");
  append_escaped(out_, text);
  close(name);
}

void Html::empty(Name name, Attributes attributes) {
  open(name, attributes, "/>\n");
}

void Html::text(std::string_view text) {
  append_escaped(out_, text);
}

void Html::style_sheet(std::string_view css) {
  out_ += "<style>\n";
  out_ += css;
  out_ += "</style>\n";
}

}  // namespace spranga::render
