// Log: what fail2ban would write into its log, word for word, since other programs and the jail
// recidive read it. A port; who writes the line knows the time and the process.
#pragma once

#include <string>
#include <string_view>

namespace spranga::guard {

/// Python's levels and fail2ban's own.
enum class Level {
  heavydebug = 5,
  debug = 10,
  msg = 18,
  info = 20,
  notice = 25,
  warning = 30,
  error = 40,
  critical = 50
};

class Log {
public:
  virtual ~Log() = default;

  /// `logger` without "fail2ban.": "actions", "filter". Control bytes in `message` are escaped by
  /// the writer.
  virtual void write(Level level, std::string_view logger, std::string_view message) = 0;

  /// Whether anybody would see it.
  [[nodiscard]] virtual bool shows(Level level) const = 0;
};

}  // namespace spranga::guard
