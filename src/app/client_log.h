// What fail2ban-client says on standard error: lines of its log.
#pragma once

#include <string_view>

namespace spranga::app {

class ClientLog {
public:
  enum class Level { error, warning, info, debug };

  /// 0 and below: errors only; 1: warnings too; each further one a level more.
  explicit ClientLog(int verbosity) : verbosity_(verbosity) {}

  /// `text` may quote what a server or a person said: it is made visible.
  void say(Level level, std::string_view text, std::string_view logger = "fail2ban") const;

  void error(std::string_view text) const { say(Level::error, text); }

private:
  int verbosity_;
};

}  // namespace spranga::app
