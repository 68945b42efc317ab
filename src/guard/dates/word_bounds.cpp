#include "guard/dates/word_bounds.h"

#include <array>
#include <utility>

namespace spranga::guard {

namespace {

constexpr std::string_view free_mark = "**";

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Bytes of "(?x)" at the start of `text`, 0 = there is none.
template <class IsFlag>
std::size_t flags_length(std::string_view text, IsFlag is_flag) {
  if (!text.starts_with("(?")) {
    return 0;
  }
  std::size_t at = 2;
  while (at < text.size() && is_flag(text[at])) {
    ++at;
  }
  return at > 2 && at < text.size() && text[at] == ')' ? at + 1 : 0;
}

std::size_t any_flags_length(std::string_view text) {
  return flags_length(text, is_word_byte);
}

/// Takes the first "(?i)" or the like out of `expression`, wherever it is.
std::string take_global_flags(std::string& expression) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  for (std::size_t at = 0; at < expression.size(); ++at) {
    const auto length = flags_length(std::string_view(expression).substr(at), is_letter);
    if (length > 0) {
      auto flags = expression.substr(at, length);
      expression.erase(at, length);
      return flags;
    }
  }
  return {};
}

bool has_plain_group(std::string_view text) {
  for (std::size_t at = text.find('('); at != std::string_view::npos; at = text.find('(', at + 1)) {
    const bool escaped = at > 0 && text[at - 1] == '\\';
    const bool condition = at > 1 && text.substr(at - 2, 2) == "(?";
    const bool extension = at + 1 < text.size() && text[at + 1] == '?';
    if (!escaped && !condition && !extension) {
      return true;
    }
  }
  return false;
}

/// A group around all but flags and ^ at the beginning and $ at the end.
std::string with_group(std::string_view text) {
  std::size_t from = any_flags_length(text);
  from += text.substr(from).starts_with('^') ? 1 : 0;
  from += any_flags_length(text.substr(from));
  const auto end = text.size() - (text.size() > from && text.ends_with('$') ? 1 : 0);
  std::string out(text.substr(0, from));
  out += '(';
  out += text.substr(from, end - from);
  out += ')';
  out += text.substr(end);
  return out;
}

/// Where `**` ends that opens the expression, perhaps after parentheses and flags; 0 = none does.
std::size_t opening_free_mark(std::string_view text) {
  std::size_t at = text.find_first_not_of('(');
  if (at == std::string_view::npos) {
    return 0;
  }
  if (at > 0) {
    if (const auto flags = any_flags_length(text.substr(at - 1)); flags > 0) {
      at = text.find_first_not_of('(', at - 1 + flags);
    }
  }
  return at != std::string_view::npos && text.substr(at).starts_with(free_mark)
             ? at + free_mark.size()
             : 0;
}

/// "^", "(^" or "(?:^" at the start of `text`.
bool opens_with_line_begin(std::string_view text) {
  return text.starts_with('^') || text.starts_with("(^") || text.starts_with("(?:^");
}

bool begins_free(std::string_view text) {
  if (opening_free_mark(text) > 0) {
    return true;
  }
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const auto rest = text.substr(at);
    if (opens_with_line_begin(rest) || opens_with_line_begin(rest.substr(any_flags_length(rest)))) {
      return true;
    }
    if (!rest.starts_with('(')) {
      return false;
    }
  }
  return false;
}

bool ends_with_unescaped(std::string_view text, std::string_view end, std::string_view escapes) {
  return text.ends_with(end) &&
         (text.size() == end.size() ||
          escapes.find(text[text.size() - end.size() - 1]) == std::string_view::npos);
}

/// Where `**` begins that closes the expression, perhaps before parentheses; npos = none does.
std::size_t closing_free_mark(std::string_view text) {
  const auto last = text.find_last_not_of(')');
  if (last == std::string_view::npos ||
      !ends_with_unescaped(text.substr(0, last + 1), free_mark, "\\")) {
    return std::string_view::npos;
  }
  return last + 1 - free_mark.size();
}

bool ends_free(std::string_view text) {
  for (const std::string_view end : {"$", "$)", "\\b", "\\s"}) {
    if (ends_with_unescaped(text, end, "\\")) {
      return true;
    }
  }
  return closing_free_mark(text) != std::string_view::npos;
}

void remove_free_marks(std::string& text) {
  const auto without_pairs = [](std::string part) {
    for (auto at = part.find(free_mark); at != std::string::npos; at = part.find(free_mark, at)) {
      part.erase(at, free_mark.size());
    }
    return part;
  };
  const auto opening = opening_free_mark(text);
  std::string rest = text.substr(opening);
  if (const auto closing = closing_free_mark(rest); closing != std::string::npos) {
    rest = rest.substr(0, closing) + without_pairs(rest.substr(closing));
  }
  text = without_pairs(text.substr(0, opening)) + rest;
}

bool is_at_line_begin(std::string_view text) {
  for (const auto rest : {text, text.substr(any_flags_length(text))}) {
    if (rest.starts_with('^')) {
      return true;
    }
    for (const std::string_view opening : {"(^", "(?:^"}) {
      if (rest.starts_with(opening) && !rest.substr(opening.size()).starts_with('|')) {
        return true;
      }
    }
  }
  return false;
}

bool is_at_line_end(std::string_view text) {
  return ends_with_unescaped(text, "$", "\\|") || ends_with_unescaped(text, "$)", "\\|");
}

std::string_view stripped(std::string_view text) {
  constexpr std::string_view blanks = " \t\n\r\v\f\x1c\x1d\x1e\x1f";
  const auto from = text.find_first_not_of(blanks);
  return from == std::string_view::npos
             ? std::string_view{}
             : text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

}  // namespace

BoundRegex add_bounds(std::string_view expression, Bounds bounds) {
  std::string text(stripped(expression));
  const auto flags = take_global_flags(text);
  const bool begin = bounds.begin != BeginBound::none && !begins_free(text);
  const bool end = bounds.end_of_word && !ends_free(text);
  if (!has_plain_group(text)) {
    text = with_group(text);
  }
  BoundRegex out;
  if (begin) {
    out.got_line_begin = bounds.begin == BeginBound::line;
    text.insert(0, out.got_line_begin ? "^(?:\\W{0,2})?" : "(?=^|\\b|\\W)");
  }
  if (end) {
    text += "(?=\\b|\\W|$)";
  }
  out.line_begin = out.got_line_begin || is_at_line_begin(text);
  out.line_end = is_at_line_end(text);
  remove_free_marks(text);
  out.regex = flags + text;
  return out;
}

std::string_view without_bounds(std::string_view pattern) {
  const auto drop_front = [&](std::string_view front) {
    const bool there = pattern.starts_with(front);
    pattern.remove_prefix(there ? front.size() : 0);
    return there;
  };
  drop_front(unbound_mark);
  drop_front(line_begin_mark);
  if (!drop_front("(?:^|\\b|\\W)")) {
    drop_front("(^|\\b|\\W)");
  }
  constexpr std::string_view end = "(?=\\b|\\W|$)";
  if (pattern.ends_with(end)) {
    pattern.remove_suffix(end.size());
  }
  return pattern;
}

}  // namespace spranga::guard
