// What the terminal is like, and what happens when the user presses Ctrl-C.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "words/phrase.h"

namespace spranga::app {

enum class Colour { automatic, always, never };

/// COLUMNS, else the terminal's own width, else 80.
[[nodiscard]] int terminal_width();

/// Whether standard output should be coloured: a terminal that can, and no NO_COLOR.
[[nodiscard]] bool wants_colour(Colour asked);

/// SIGPIPE is ignored; SIGINT and SIGTERM end the program at once with 128 + signal, the terminal
/// put back in order and nothing half written.
void handle_signals();

/// Asks on the terminal, without echo; Errc::not_found where there is none.
[[nodiscard]] Result<std::string> ask_secret(const std::string& question);

/// The same with echo, where standard input is a terminal.
[[nodiscard]] Result<std::string> ask_line(const std::string& question);

/// The line on standard error that tells what is being done; one at a time. Shown on a terminal
/// only.
class ProgressLine {
public:
  explicit ProgressLine(bool wanted);

  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ProgressLine(ProgressLine&&) = delete;
  ProgressLine& operator=(ProgressLine&&) = delete;

  ~ProgressLine() { clear(); }

  void show(std::string_view text);
  void clear();

private:
  bool wanted_;
};

}  // namespace spranga::app
