#include "action_runner/system_shell.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <utility>

#include "action_runner/child.h"
#include "text/python_repr.h"
#include "text/utf8.h"

namespace spranga::action_runner {

namespace {

constexpr std::string_view of_utils = "utils";
constexpr std::chrono::milliseconds grace{200};  // between SIGTERM, SIGKILL and giving up

/// Names as fail2ban has them, for what ends commands.
constexpr std::array<std::pair<int, std::string_view>, 18> signal_names = {{
    {SIGQUIT, "SIGQUIT"},
    {SIGILL, "SIGILL"},
    {SIGTRAP, "SIGTRAP"},
    {SIGABRT, "SIGABRT"},
    {SIGBUS, "SIGBUS"},
    {SIGFPE, "SIGFPE"},
    {SIGKILL, "SIGKILL"},
    {SIGUSR1, "SIGUSR1"},
    {SIGSEGV, "SIGSEGV"},
    {SIGUSR2, "SIGUSR2"},
    {SIGPIPE, "SIGPIPE"},
    {SIGALRM, "SIGALRM"},
    {SIGTERM, "SIGTERM"},
    {SIGXCPU, "SIGXCPU"},
    {SIGXFSZ, "SIGXFSZ"},
    {SIGHUP, "SIGHUP"},
    {SIGINT, "SIGINT"},
    {SIGSYS, "SIGSYS"},
}};

std::string signal_name(int number) {
  for (const auto& [known, name] : signal_names) {
    if (known == number) {
      return std::string(name);
    }
  }
  return "signal " + std::to_string(number);
}

/// The lines of one command in the log, all marked with its number.
class Report {
public:
  Report(const Log& log, std::string mark, const Command& command)
      : log_(log), mark_(std::move(mark)), command_(command) {}

  void exec(Level level) {
    if (!std::exchange(told_, true)) {
      say(level, mark_ + " -- exec: " + to_log_text(command_));
    }
  }

  void say(Level level, std::string text) const {
    log_({level, std::string(of_utils), std::move(text)});
  }

  void output(Level level, std::string_view name, const Child::Output& output) const {
    std::string_view rest = output.text;
    while (!rest.empty()) {
      const auto end = std::min(rest.find_first_of("\r\n"), rest.size());
      say(level,
          mark_ + " -- " + std::string(name) + ": " +
              text::python_repr(text::to_valid_utf8(rest.substr(0, end))));
      const bool pair = rest.substr(end).starts_with("\r\n");
      rest.remove_prefix(std::min(end + (pair ? 2 : 1), rest.size()));
    }
    if (output.dropped > 0) {
      say(level,
          mark_ + " -- " + std::string(name) + ": " + std::to_string(output.dropped) +
              " bytes more");
    }
  }

  void end(const Child& child, bool good) const {
    if (!child.exit_code()) {
      say(Level::error, mark_ + " -- unable to kill PID " + std::to_string(child.pid()));
      return;
    }
    const int code = *child.exit_code();
    constexpr int from_shell = 128;
    if (good) {
      say(Level::debug, mark_ + " -- returned successfully " + std::to_string(code));
    } else if (code < 0 || code > from_shell) {
      say(Level::error,
          mark_ + " -- killed with " + signal_name(code < 0 ? -code : code - from_shell) +
              " (return code: " + std::to_string(code) + ")");
    } else {
      say(Level::error, mark_ + " -- returned " + std::to_string(code));
      hint(code);
    }
  }

private:
  void hint(int code) const {
    constexpr int not_found = 127;
    if (code != not_found) {
      return;
    }
    const auto shown =
        command_.arguments.empty() ? text::python_repr(command_.text) : to_log_text(command_);
    say(Level::info,
        "HINT on 127: \"Command not found\".  Make sure that all commands in " + shown +
            " are in the PATH of fail2ban-server process "
            "(grep -a PATH= /proc/`pidof -x fail2ban-server`/environ). You may want to start "
            "\"fail2ban-server -f\" separately, initiate it with \"fail2ban-client reload\" in "
            "another shell session and observe if additional informative error messages appear in "
            "the terminals.");
  }

  const Log& log_;
  std::string mark_;
  const Command& command_;
  bool told_{false};
};

std::string in_hex(unsigned value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (int shift = 28; shift >= 0; shift -= 4) {
    out += digits[value >> static_cast<unsigned>(shift) & 0xfU];
  }
  return out;
}

std::string seconds_text(std::chrono::milliseconds time) {
  constexpr auto thousand = 1000;
  auto out = std::to_string(time.count() / thousand);
  if (const auto rest = time.count() % thousand; rest != 0) {
    out += "." + std::to_string(thousand + rest).substr(1);
    out.erase(out.find_last_not_of('0') + 1);
  }
  return out;
}

/// Asks it to end, then ends it with all that it started.
void end_group(Child& child) {
  child.signal_group(SIGTERM);
  child.wait(grace);
  child.signal_group(SIGKILL);
  child.wait(grace);
}

}  // namespace

Shell::Ran SystemShell::run(const Command& command, std::chrono::milliseconds timeout) {
  constexpr std::array good = {0};
  return run_expecting(command, timeout, good);
}

Shell::Ran SystemShell::run_expecting(const Command& command,
                                      std::chrono::milliseconds timeout,
                                      std::span<const int> good) {
  constexpr unsigned commands_of_one = 0x10000;
  constexpr int not_started = 126;
  const auto mark = in_hex(number_ * commands_of_one + count_++ % commands_of_one);
  Report report(log_, mark, command);
  auto child = Child::start(command);
  if (!child) {
    report.exec(Level::error);
    report.say(Level::error, to_log_text(command) + " -- failed with " + child.error().detail);
    return {false, not_started};
  }
  if (!child->wait(timeout)) {
    report.exec(Level::error);
    report.say(Level::error, mark + " -- timed out after " + seconds_text(timeout) + " seconds.");
    end_group(*child);
  }
  const int code = child->exit_code().value_or(-SIGKILL);
  const bool is_good = std::ranges::find(good, code) != good.end();
  if (!is_good || verbose_) {
    report.exec(is_good ? Level::heavydebug : Level::error);
    report.output(is_good ? Level::debug : Level::error, "stdout", child->output());
    report.output(is_good ? Level::debug : Level::error, "stderr", child->errors());
    report.end(*child, is_good);
  }
  return {is_good, code};
}

}  // namespace spranga::action_runner
