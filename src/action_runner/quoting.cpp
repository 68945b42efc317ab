#include "action_runner/quoting.h"

namespace spranga::action_runner {

void Quoting::feed(std::string_view piece) {
  for (const char c : piece) {
    if (comment_) {
      comment_ = c != '\n';
    } else if (escaped_) {
      escaped_ = false;
    } else if (level_.back() == Level::single) {
      if (c == '\'') {
        level_.pop_back();
      }
    } else if (level_.back() == Level::twofold) {
      twofold(c);
    } else {
      plain(c);
    }
    last_ = c;
  }
}

/// Outside of quotes, or in a substitution.
void Quoting::plain(char c) {
  constexpr std::string_view before_comment = " \t\n;&|()";
  const auto now = level_.back();
  if (c == '\\') {
    escaped_ = true;
  } else if (c == '\'') {
    level_.push_back(Level::single);
  } else if (c == '"') {
    level_.push_back(Level::twofold);
  } else if (c == '#') {
    comment_ = before_comment.find(last_) != std::string_view::npos;
  } else if (c == '(') {
    level_.push_back(Level::parenthesis);
  } else if (c == ')' && now == Level::parenthesis) {
    level_.pop_back();
  } else if (c == '`') {
    if (now == Level::backquote) {
      level_.pop_back();
    } else {
      level_.push_back(Level::backquote);
    }
  }
}

/// Within double quotes a substitution begins plain again.
void Quoting::twofold(char c) {
  if (c == '\\') {
    escaped_ = true;
  } else if (c == '"') {
    level_.pop_back();
  } else if (c == '(' && last_ == '$') {
    level_.push_back(Level::parenthesis);
  } else if (c == '`') {
    level_.push_back(Level::backquote);
  }
}

}  // namespace spranga::action_runner
