#include "guard/mail/ban_news.h"

#include <algorithm>

#include "guard/match/credentials.h"
#include "text/escape.h"

namespace spranga::guard::mail {

std::vector<std::string> lines_to_show(const std::vector<std::string>& lines, std::size_t most) {
  // A match of several lines is one text.
  std::vector<std::string> out;
  for (const auto& text : lines) {
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      if (end > at) {
        out.push_back(
            text::escape_clipped(hide_credentials(text.substr(at, end - at)), longest_shown_line));
      }
      at = end + 1;
    }
  }
  if (out.size() > most) {
    out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(most));
  }
  return out;
}

std::string value_to_show(std::string_view value) {
  constexpr std::size_t longest = 120;
  return text::escape_clipped(value, longest);
}

}  // namespace spranga::guard::mail
