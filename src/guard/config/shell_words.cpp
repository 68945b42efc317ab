#include "guard/config/shell_words.h"

#include <utility>

namespace spranga::guard::config {

namespace {

bool divides_words(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

class ShellWords {
public:
  explicit ShellWords(std::string_view text) : text_(text) {}

  [[nodiscard]] Result<std::vector<std::string>> run() {
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\' && quote_ != '\'') {
        if (++at_ == text_.size()) {
          return fail(Errc::malformed, "No escaped character");
        }
        escaped(text_[at_]);
      } else if (quote_ != '\0') {
        quoted(text_[at_]);
      } else {
        plain(text_[at_]);
      }
    }
    if (quote_ != '\0') {
      return fail(Errc::malformed, "No closing quotation");
    }
    end();
    return std::move(out_);
  }

private:
  /// Between double quotes a backslash only takes itself and the quote.
  void escaped(char c) {
    word_ += quote_ == '"' && c != '"' && c != '\\' ? "\\" : "";
    word_ += c;
    begun_ = true;
  }

  void quoted(char c) {
    if (c == quote_) {
      quote_ = '\0';
    } else {
      word_ += c;
    }
  }

  void plain(char c) {
    if (divides_words(c)) {
      end();
      return;
    }
    begun_ = true;
    if (c == '"' || c == '\'') {
      quote_ = c;
    } else {
      word_ += c;
    }
  }

  void end() {
    if (begun_) {
      out_.push_back(std::exchange(word_, ""));
    }
    begun_ = false;
  }

  std::string_view text_;
  std::size_t at_{0};
  std::vector<std::string> out_;
  std::string word_;
  bool begun_{false};  // quotes make an empty word a word
  char quote_{'\0'};
};

}  // namespace

Result<std::vector<std::string>> split_shell_words(std::string_view text) {
  return ShellWords(text).run();
}

}  // namespace spranga::guard::config
