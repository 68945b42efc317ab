// Standard output of `spranga regex`.
#pragma once

#include <string>
#include <string_view>

namespace spranga::app {

/// On a terminal bytes that would steer it are made visible.
class Screen {
public:
  Screen();

  void add(std::string_view text);

  /// JSON stays JSON.
  void add_json(std::string_view json);
  void flush();

  /// Nobody reads any more.
  [[nodiscard]] bool broken() const { return broken_; }

private:
  void flush_much();
  void escape(std::string_view text);

  bool terminal_;
  bool broken_{false};
  std::string text_;
};

}  // namespace spranga::app
