#include "app/regex_screen.h"

#include <unistd.h>

#include <algorithm>

#include "app/output.h"
#include "text/escape.h"

namespace spranga::app {

namespace {

constexpr std::size_t enough_to_print = 64U << 10U;

}  // namespace

Screen::Screen() : terminal_(::isatty(STDOUT_FILENO) == 1) {}

void Screen::add(std::string_view text) {
  if (!terminal_) {
    text_ += text;
  } else {
    escape(text);
  }
  flush_much();
}

void Screen::add_json(std::string_view json) {
  text_ += terminal_ ? text::escape_json(json) : std::string(json);
  flush_much();
}

void Screen::flush_much() {
  if (text_.size() > enough_to_print) {
    flush();
  }
}

void Screen::flush() {
  broken_ = print(text_) != 0 || broken_;
  text_.clear();
}

void Screen::escape(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\n\t"), text.size());
    text_ += text::escape(text.substr(0, end));
    text_ += text.substr(end, 1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace spranga::app
