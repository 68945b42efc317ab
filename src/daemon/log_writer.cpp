#include "daemon/log_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <iterator>

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

std::chrono::sys_seconds second_of(std::chrono::system_clock::time_point at) {
  return std::chrono::floor<std::chrono::seconds>(at);
}

/// A flood logs tens of thousands of lines a second: they are put where they belong at once.
void append_line(std::string& out,
                 std::string_view second,
                 std::chrono::system_clock::time_point at,
                 pid_t process,
                 Level level,
                 std::string_view logger,
                 std::string_view message) {
  using std::chrono::milliseconds;
  constexpr std::string_view name = "fail2ban.";
  constexpr std::size_t name_width = 24;
  constexpr std::size_t level_width = 7;
  const auto millisecond = std::chrono::duration_cast<milliseconds>(at.time_since_epoch()) % 1000;
  const auto& row = row_of(level);
  const auto pad = [&out](std::size_t width, std::size_t used) {
    out.append(width - std::min(width, used), ' ');
  };
  out.append(second);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(",{:03} "), millisecond.count());
  out.append(name).append(logger);
  pad(name_width, name.size() + logger.size());
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("[{}]: "), process);
  out.append(row.name);
  pad(level_width, row.name.size());
  out.append(" ");
  text::append_escaped(out, message);
}

}  // namespace

std::string local_time(std::chrono::sys_seconds at) {
  const std::time_t seconds = at.time_since_epoch().count();
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

std::string_view SecondClock::text(std::chrono::sys_seconds at) {
  if (second_ != at) {
    second_ = at;
    text_ = local_time(at);
  }
  return text_;
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
  std::string out;
  append_line(out, local_time(second_of(at)), at, process, level, logger, message);
  return out;
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
  if (kind_ == "file") {
    keep(level, logger, message);
  } else {  // where a line is a message, or somebody waits for it
    put(framed(level, logger, message), 1);
  }
}

void LogWriter::keep(Level level, std::string_view logger, std::string_view message) {
  const auto at = clock_.wall();
  append_line(kept_, seconds_.text(second_of(at)), at, process_, level, logger, message);
  kept_ += '\n';
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
