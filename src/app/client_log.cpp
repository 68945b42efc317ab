#include "app/client_log.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>
#include <string>

#include "text/escape.h"

namespace spranga::app {

namespace {

constexpr std::array level_names = {"ERROR", "WARNING", "INFO", "DEBUG"};

/// "2026-11-29 02:15:54,909", local time.
std::string time_text() {
  const auto now = std::chrono::system_clock::now();
  const auto seconds = std::chrono::system_clock::to_time_t(now);
  const auto since = now.time_since_epoch();
  const auto part = std::chrono::duration_cast<std::chrono::milliseconds>(since).count() % 1000;
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02},{:03}",
                     local.tm_year + 1900,
                     local.tm_mon + 1,
                     local.tm_mday,
                     local.tm_hour,
                     local.tm_min,
                     local.tm_sec,
                     part);
}

}  // namespace

void ClientLog::say(Level level, std::string_view text, std::string_view logger) const {
  const auto rank = static_cast<int>(level);
  if (rank > (verbosity_ > 0 ? verbosity_ : 0)) {
    return;
  }
  const auto line = fmt::format("{} {:<24}[{}]: {:<7} {}\n",
                                time_text(),
                                logger,
                                ::getpid(),
                                level_names.at(static_cast<std::size_t>(rank)),
                                text::escape(text));
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace spranga::app
