// What fail2ban's log says of a jail's settings: programs and people look there for what holds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ban/jail_spec.h"

namespace spranga::daemon {

struct LogWord {
  std::string_view logger;
  std::string text;
};

/// Of all options that the configuration names, in fail2ban's order.
[[nodiscard]] std::vector<LogWord> words_of(const ban::JailSpec& spec);

/// Of one option, whether it is named or not; empty where fail2ban says nothing.
[[nodiscard]] std::vector<LogWord> words_of(const ban::JailSpec& spec, std::string_view option);

/// "Jail 'sshd' uses pyinotify {}" and what follows.
[[nodiscard]] std::vector<LogWord> backend_words(const ban::JailSpec& spec, bool reads_journal);

}  // namespace spranga::daemon
