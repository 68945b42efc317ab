#include "app/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>

#include "base/fd.h"
#include "render/wrap.h"

namespace spranga::app {

namespace {

// Reached from the signal handler: set before `echo_off`, so never half there.
termios terminal_before{};         // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<int> echo_off{-1};     // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<bool> progress_shown;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
constexpr std::string_view clear_line = "\r\x1b[K";

void restore_echo() {
  if (const int terminal = echo_off.exchange(-1); terminal >= 0) {
    ::tcsetattr(terminal, TCSAFLUSH, &terminal_before);
    static_cast<void>(!::write(terminal, "\n", 1));
  }
}

void clear_progress() {
  if (progress_shown.exchange(false)) {
    static_cast<void>(!::write(STDERR_FILENO, clear_line.data(), clear_line.size()));
  }
}

void end_at_once(int signal) {
  restore_echo();
  clear_progress();
  ::_exit(128 + signal);
}

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::string read_line(int terminal) {
  std::string line;
  char byte = 0;
  while (line.size() < 4096) {
    const auto got = ::read(terminal, &byte, 1);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0 || byte == '\n' || byte == '\r') {
      break;
    }
    line += byte;
  }
  return line;
}

}  // namespace

int terminal_width() {
  const auto columns = environment("COLUMNS");
  int width = 0;
  std::from_chars(columns.data(), columns.data() + columns.size(), width);
  winsize size{};
  if (width <= 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
    width = size.ws_col;
  }
  return width > 0 ? width : 80;
}

bool wants_colour(Colour asked) {
  if (asked != Colour::automatic) {
    return asked == Colour::always;
  }
  return ::isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR").empty() &&
         environment("TERM") != "dumb";
}

void handle_signals() {
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c)

  struct sigaction action {};

  action.sa_handler = end_at_once;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

Result<std::string> ask_secret(const std::string& question) {
  const Fd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal || ::isatty(STDERR_FILENO) != 1 ||
      ::tcgetattr(terminal.get(), &terminal_before) != 0) {
    return fail(Errc::not_found, "");
  }
  auto quiet = terminal_before;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  echo_off = terminal.get();
  ::tcsetattr(terminal.get(), TCSAFLUSH, &quiet);
  static_cast<void>(!::write(terminal.get(), question.data(), question.size()));
  auto secret = read_line(terminal.get());
  restore_echo();
  return secret;
}

Result<std::string> ask_line(const std::string& question) {
  const Fd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal || ::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1) {
    return fail(Errc::not_found, "");
  }
  static_cast<void>(!::write(terminal.get(), question.data(), question.size()));
  return read_line(terminal.get());
}

ProgressLine::ProgressLine(bool wanted) : wanted_(wanted && ::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::show(std::string_view text) {
  if (!wanted_) {
    return;
  }
  const auto width = static_cast<std::size_t>(terminal_width());
  const auto line = std::string(clear_line) + render::wrap(text, width - 1).front();
  static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
  progress_shown = true;
}

void ProgressLine::clear() {
  clear_progress();
}

}  // namespace spranga::app
