// Quoting: whether a place in a shell command lies within single quotes, where `$name` is no
// variable. Knows quotes, backslashes, comments, $( ) and backquotes; here-documents it does not.
// A wrong guess is never dangerous: values that could end a quotation are variables everywhere.
#pragma once

#include <string_view>
#include <vector>

namespace spranga::action_runner {

class Quoting {
public:
  /// Goes on through the next piece of the command.
  void feed(std::string_view piece);

  [[nodiscard]] bool in_single_quotes() const { return level_.back() == Level::single; }

private:
  enum class Level { plain, single, twofold, parenthesis, backquote };

  void plain(char c);
  void twofold(char c);

  std::vector<Level> level_{Level::plain};
  bool escaped_{false};
  bool comment_{false};
  char last_{'\n'};
};

}  // namespace spranga::action_runner
