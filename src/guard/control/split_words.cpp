#include "guard/control/split_words.h"

#include <utility>

namespace spranga::guard::control {

namespace {

constexpr std::string_view blanks = " \t\r\n";

class Splitter {
public:
  explicit Splitter(std::string_view line) : rest_(line) {}

  [[nodiscard]] Result<std::vector<std::string>> run() {
    while (!rest_.empty()) {
      const char c = take();
      SPRANGA_CHECK(one(c));
    }
    finish_word();
    return std::move(words_);
  }

private:
  [[nodiscard]] Result<void> one(char c) {
    if (c == '\'' || c == '"') {
      return quoted(c);
    }
    if (c == '\\') {
      return escaped();
    }
    if (blanks.find(c) != std::string_view::npos) {
      finish_word();
    } else {
      add(c);
    }
    return {};
  }

  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  void add(char c) {
    word_ += c;
    in_word_ = true;
  }

  void finish_word() {
    if (in_word_) {
      words_.push_back(std::exchange(word_, {}));
      in_word_ = false;
    }
  }

  [[nodiscard]] Result<void> escaped() {
    if (rest_.empty()) {
      return fail(Errc::malformed, "No escaped character");
    }
    add(take());
    return {};
  }

  /// A backslash means something in double quotes only, before a quote or a backslash.
  [[nodiscard]] Result<void> quoted(char quote) {
    in_word_ = true;
    while (!rest_.empty()) {
      const char c = take();
      if (c == quote) {
        return {};
      }
      const bool escapes = c == '\\' && quote == '"';
      if (escapes && rest_.empty()) {
        return fail(Errc::malformed, "No escaped character");
      }
      add(escapes && (rest_.front() == '"' || rest_.front() == '\\') ? take() : c);
    }
    return fail(Errc::malformed, "No closing quotation");
  }

  std::string_view rest_;
  std::vector<std::string> words_;
  std::string word_;
  bool in_word_{false};
};

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view line) {
  return Splitter(line).run();
}

}  // namespace spranga::guard::control
