#include "guard/config/shell_words.h"

namespace spranga::guard::config {

Result<std::vector<std::string>> split_shell_words(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  bool begun = false;  // quotes make an empty word a word
  char quote = '\0';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\' && quote != '\'') {
      if (++at == text.size()) {
        return fail(Errc::malformed, "No escaped character");
      }
      // Between double quotes a backslash only takes itself and the quote.
      word += quote == '"' && text[at] != '"' && text[at] != '\\' ? "\\" : "";
      word += text[at];
      begun = true;
    } else if (quote != '\0') {
      quote = c == quote ? '\0' : quote;
      word += quote != '\0' ? std::string(1, c) : "";
    } else if (c == '"' || c == '\'') {
      quote = c;
      begun = true;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      if (begun) {
        out.push_back(std::move(word));
      }
      word.clear();
      begun = false;
    } else {
      word += c;
      begun = true;
    }
  }
  if (quote != '\0') {
    return fail(Errc::malformed, "No closing quotation");
  }
  if (begun) {
    out.push_back(std::move(word));
  }
  return out;
}

}  // namespace spranga::guard::config
