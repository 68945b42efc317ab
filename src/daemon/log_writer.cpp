#include "daemon/log_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "text/ascii.h"
#include "text/escape.h"

namespace spranga::daemon {

namespace {

using guard::Level;

struct NamedLevel {
  std::string_view name;
  Level level;
  int severity;  // syslog's
};

constexpr std::array named_levels = {
    NamedLevel{"HEAVYDEBUG", Level::heavydebug, 7},
    NamedLevel{"DEBUG", Level::debug, 7},
    NamedLevel{"MSG", Level::msg, 6},
    NamedLevel{"INFO", Level::info, 6},
    NamedLevel{"NOTICE", Level::notice, 5},
    NamedLevel{"WARNING", Level::warning, 4},
    NamedLevel{"ERROR", Level::error, 3},
    NamedLevel{"CRITICAL", Level::critical, 2},
};

const NamedLevel& row_of(Level level) {
  const auto* found = std::ranges::find(named_levels, level, &NamedLevel::level);
  return found == named_levels.end() ? named_levels[3] : *found;
}

constexpr int daemon_facility = 3;
constexpr std::size_t most_kept = 64UL * 1024;

}  // namespace

std::string local_time(std::chrono::system_clock::time_point at) {
  const auto seconds = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
                     parts.tm_year + 1900,
                     parts.tm_mon + 1,
                     parts.tm_mday,
                     parts.tm_hour,
                     parts.tm_min,
                     parts.tm_sec);
}

std::optional<Level> level_of(std::string_view name) {
  const auto upper = text::to_upper(name);
  for (const auto& row : named_levels) {
    if (row.name == upper) {
      return row.level;
    }
  }
  if (upper == "WARN") {
    return Level::warning;
  }
  if (upper == "FATAL") {
    return Level::critical;
  }
  if (upper == "TRACEDEBUG") {
    return Level::heavydebug;
  }
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || name.empty()) {
    return std::nullopt;
  }
  for (const auto& row : named_levels) {
    if (static_cast<int>(row.level) >= number) {
      return row.level;
    }
  }
  return Level::critical;
}

std::string_view name_of(Level level) {
  return row_of(level).name;
}

std::string log_line(std::chrono::system_clock::time_point at,
                     pid_t process,
                     Level level,
                     std::string_view logger,
                     std::string_view message) {
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count() % 1000;
  return fmt::format("{},{:03} {:<24}[{}]: {:<7} {}",
                     local_time(at),
                     milliseconds,
                     fmt::format("fail2ban.{}", logger),
                     process,
                     row_of(level).name,
                     text::escape(message));
}

std::string LogWriter::framed(Level level,
                              std::string_view logger,
                              std::string_view message) const {
  if (kind_ == "syslog") {
    return fmt::format("<{}>fail2ban.{}[{}]: {} {}",
                       daemon_facility * 8 + row_of(level).severity,
                       logger,
                       process_,
                       row_of(level).name,
                       text::escape(message));
  }
  if (kind_ == "journal") {
    return fmt::format(
        "PRIORITY={}\nSYSLOG_IDENTIFIER=fail2ban\nSYSLOG_PID={}\nLOGGER=fail2ban.{}\nMESSAGE={}\n",
        row_of(level).severity,
        process_,
        logger,
        text::escape(message));
  }
  return log_line(clock_.wall(), process_, level, logger, message) + "\n";
}

void LogWriter::write(Level level, std::string_view logger, std::string_view message) {
  if (!shows(level)) {
    return;
  }
  const auto line = framed(level, logger, message);
  if (kind_ != "file") {  // where a line is a message, or somebody waits for it
    put(line, 1);
    return;
  }
  kept_ += line;
  ++kept_lines_;
  // What may be the last word is not kept back.
  if (kept_.size() >= most_kept || level >= Level::error) {
    flush();
  }
}

void LogWriter::flush() {
  if (!kept_.empty()) {
    put(kept_, kept_lines_);
    kept_.clear();
    kept_lines_ = 0;
  }
}

/// In one piece, so that a line of another process never stands in ours.
void LogWriter::put(std::string_view bytes, std::uint64_t lines) {
  if (::write(fd_.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    lost_ += lines;
  }
}

void LogWriter::turn_to(Fd fd, std::string kind) {
  flush();
  fd_ = std::move(fd);
  kind_ = std::move(kind);
}

}  // namespace spranga::daemon
