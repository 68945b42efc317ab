#include "guard/match/line_ends.h"

#include <array>

namespace spranga::guard {

std::size_t find_line_end(std::string_view text, std::size_t& length) {
  constexpr std::array<std::string_view, 11> ends = {"\r\n",
                                                     "\n",
                                                     "\r",
                                                     "\v",
                                                     "\f",
                                                     "\x1c",
                                                     "\x1d",
                                                     "\x1e",
                                                     "\xc2\x85",
                                                     "\xe2\x80\xa8",
                                                     "\xe2\x80\xa9"};
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const auto end : ends) {
      if (text.substr(at).starts_with(end)) {
        length = end.size();
        return at;
      }
    }
  }
  length = 0;
  return text.size();
}

}  // namespace spranga::guard
