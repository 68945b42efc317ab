// What is wrong with a configuration, for the person who wrote it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "guard/config/traced.h"

namespace spranga::guard::config {

struct Problem {
  enum class Severity {
    error,    // the jail, or what `jail` = "" stands for, cannot be used
    warning,  // it is used, but probably not as meant
  };

  Severity severity{Severity::error};
  std::string jail;  // "" = the configuration as a whole
  std::string file;  // "" = not known
  int line{0};       // 0 = not known
  std::string message;
};

/// "FILE:LINE: MESSAGE", as far as each is known.
[[nodiscard]] std::string to_text(const Problem& problem);

/// Where the rooms' readers put what they find. `jail` is whose options are being read.
struct Problems {
  std::string jail;
  std::vector<Problem> list;

  void warn(const Place& place, std::string message);
  void note(const Place& place, std::string message);

  /// Notes a problem with our words, and gives back an error that carries fail2ban's.
  [[nodiscard]] Failure refuse(const Place& place, std::string ours, std::string fail2bans);
};

}  // namespace spranga::guard::config
