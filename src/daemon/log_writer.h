// LogWriter: our log, in fail2ban's format, into what the warden has opened: a file, standard
// output, syslog's socket or the journal's.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/fd.h"
#include "guard/live/log.h"

namespace spranga::daemon {

/// "2026-11-29 01:49:03", in local time. Of seconds: nanoseconds end in the year 2262, bans later.
[[nodiscard]] std::string local_time(std::chrono::sys_seconds at);

/// The same, remembered: many ask for the same second.
class SecondClock {
public:
  /// Until the next question.
  [[nodiscard]] std::string_view text(std::chrono::sys_seconds at);

private:
  std::optional<std::chrono::sys_seconds> second_;
  std::string text_;
};

/// One line as fail2ban writes it into a file, without its end. `message`: control bytes escaped.
[[nodiscard]] std::string log_line(std::chrono::system_clock::time_point at,
                                   pid_t process,
                                   guard::Level level,
                                   std::string_view logger,
                                   std::string_view message);

/// "INFO"; a number is a level too. nullopt: no level is called so.
[[nodiscard]] std::optional<guard::Level> level_of(std::string_view name);
[[nodiscard]] std::string_view name_of(guard::Level level);

class LogWriter : public guard::Log {
public:
  /// `process` is what the log calls us: the warden, whom a supervisor knows.
  LogWriter(Fd fd, std::string kind, pid_t process, const Clock& clock)
      : fd_(std::move(fd)), kind_(std::move(kind)), process_(process), clock_(clock) {}

  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;
  LogWriter(LogWriter&&) = delete;
  LogWriter& operator=(LogWriter&&) = delete;

  ~LogWriter() override { flush(); }

  /// Into a file at the next flush(), many lines in one piece; elsewhere at once.
  void write(guard::Level level, std::string_view logger, std::string_view message) override;

  /// Writes what was kept back.
  void flush();

  [[nodiscard]] bool shows(guard::Level level) const override { return level >= least_; }

  void show_from(guard::Level least) { least_ = least; }

  [[nodiscard]] guard::Level least() const { return least_; }

  /// Another target.
  void turn_to(Fd fd, std::string kind);

  /// Lines that nobody could take: a full disk, a dead syslog.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

private:
  void keep(guard::Level level, std::string_view logger, std::string_view message);
  void put(std::string_view bytes, std::uint64_t lines);
  [[nodiscard]] std::string framed(guard::Level level,
                                   std::string_view logger,
                                   std::string_view message) const;

  Fd fd_;
  std::string kind_;
  pid_t process_;
  const Clock& clock_;
  guard::Level least_{guard::Level::info};
  std::uint64_t lost_{0};
  std::string kept_;  // whole lines
  SecondClock seconds_;
  std::uint64_t kept_lines_{0};
};

}  // namespace spranga::daemon
