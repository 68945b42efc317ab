#include "guard/regex/pattern_source.h"

#include <fmt/core.h>

#include "text/utf8.h"

namespace spranga::guard {

bool PatternSource::take(std::string_view text) {
  if (!pattern_.substr(at_).starts_with(text)) {
    return false;
  }
  at_ += text.size();
  return true;
}

char32_t PatternSource::next() {
  const auto [code, length] = text::decode_utf8(pattern_.substr(at_));
  at_ += length;
  return code;
}

std::string_view PatternSource::take_while(std::string_view allowed, std::size_t most) {
  const auto from = at_;
  while (!done() && at_ - from < most && allowed.find(pattern_[at_]) != std::string_view::npos) {
    ++at_;
  }
  return pattern_.substr(from, at_ - from);
}

Result<std::string_view> PatternSource::take_until(char stop, std::string_view what) {
  const auto end = pattern_.find(stop, at_);
  if (end == std::string_view::npos) {
    return complain(done() ? fmt::format("missing {}", what)
                           : fmt::format("missing {}, unterminated name", stop));
  }
  const auto text = pattern_.substr(at_, end - at_);
  if (text.empty()) {
    return complain(fmt::format("missing {}", what));
  }
  at_ = end + 1;
  return text;
}

Failure PatternSource::complain(std::string_view what, std::size_t at) const {
  return fail(
      Errc::malformed,
      fmt::format("{} at position {}", what, text::count_characters(pattern_.substr(0, at))));
}

}  // namespace spranga::guard
