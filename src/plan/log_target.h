// LogTarget's names: where fail2ban's `logtarget` says that the log is to go.
#pragma once

#include <string>
#include <string_view>

#include "text/ascii.h"

namespace spranga::plan {

/// "/var/log/fail2ban.log[format=…]" without what stands in brackets.
[[nodiscard]] inline std::string without_options(std::string_view target) {
  return std::string(target.substr(0, target.find('[')));
}

/// The stream that a target without options names in letters of any size, in capitals: STDOUT,
/// SYSOUT, STDERR, SYSLOG, SYSTEMD-JOURNAL, or INHERITED, which leaves the log where it is. "": it
/// is a file.
[[nodiscard]] inline std::string stream_of(std::string_view target) {
  auto name = text::to_upper(target);
  for (const auto* const known :
       {"STDOUT", "SYSOUT", "STDERR", "SYSLOG", "SYSTEMD-JOURNAL", "INHERITED"}) {
    if (name == known) {
      return name;
    }
  }
  return "";
}

}  // namespace spranga::plan
