#include "guard/match/literal_head.h"

namespace spranga::guard {

namespace {

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == ' ' ||
         c == '_' || c == '-' || c == ':' || c == ',' || c == '=' || c == '/' || c == '"' ||
         c == '\'' || c == '<' || c == '>';
}

/// Behind the class that begins at `at`.
std::size_t skip_class(std::string_view expression, std::size_t at) {
  ++at;
  at += expression.substr(at).starts_with('^') ? 1 : 0;
  at += expression.substr(at).starts_with(']') ? 1 : 0;
  while (at < expression.size() && expression[at] != ']') {
    at += expression[at] == '\\' ? 2 : 1;
  }
  return at + 1;
}

/// Whether a "|" stands outside of all groups.
bool has_alternatives(std::string_view expression) {
  int depth = 0;
  for (std::size_t at = 0; at < expression.size();) {
    const char c = expression[at];
    if (c == '\\') {
      at += 2;
      continue;
    }
    if (c == '[') {
      at = skip_class(expression, at);
      continue;
    }
    if (c == '|' && depth == 0) {
      return true;
    }
    depth += (c == '(' ? 1 : 0) - (c == ')' ? 1 : 0);
    ++at;
  }
  return false;
}

}  // namespace

std::string literal_head(std::string_view expression) {
  const bool commented = expression.find("(?#") != std::string_view::npos;
  if (!expression.starts_with('^') || commented || has_alternatives(expression)) {
    return "";
  }
  auto rest = expression.substr(1);
  std::size_t length = 0;
  while (length < rest.size() && is_plain(rest[length])) {
    ++length;
  }
  const bool repeated = length < rest.size() && (rest[length] == '?' || rest[length] == '*' ||
                                                 rest[length] == '{' || rest[length] == '+');
  return std::string(rest.substr(0, length - (repeated && length > 0 ? 1 : 0)));
}

}  // namespace spranga::guard
