// What fail2ban logs of a jail before it is at work: its settings, and from where its logs are
// read.
#include <algorithm>

#include "daemon/daemon.h"
#include "daemon/jail_words.h"
#include "guard/logs/log_names.h"
#include "text/python_repr.h"

namespace spranga::daemon {

using guard::Level;

void Daemon::introduce(const guard::LiveJail& jail, bool is_new) {
  const auto& spec = jail.spec();
  const auto say_all = [this](const std::vector<LogWord>& words) {
    for (const auto& word : words) {
      say(Level::info, word.logger, word.text);
    }
  };
  if (is_new) {
    say(Level::info, "jail", "Creating new jail '" + spec.name + "'");
    say_all(backend_words(spec, reads_journal(jail)));
  } else {
    say(Level::info, "server", "Reload jail '" + spec.name + "'");
  }
  say_all(words_of(spec));
  tell_added_logs(jail);
}

void Daemon::tell_added_logs(const guard::LiveJail& jail) {
  auto& told = told_logs_[jail.name()];
  for (const auto& file : files_of(jail)) {
    if (std::ranges::count(told, file.path) > 0) {
      continue;
    }
    told.push_back(file.path);
    say(Level::info,
        "filter",
        "Added logfile: " + text::python_repr(file.path) +
            " (pos = " + std::to_string(file.offset) + ", hash = " + file.first_line_md5 + ")");
  }
}

void Daemon::tell_removed_logs(const std::string& jail) {
  for (const auto& path : told_logs_[jail]) {
    say(Level::info, "filter", "Removed logfile: " + text::python_repr(path));
  }
  told_logs_.erase(jail);
}

std::vector<guard::LogPlace> Daemon::files_of(const guard::LiveJail& jail) const {
  std::vector<guard::LogPlace> read;
  for (const auto& [number, place] : file_watch_->current()) {
    if (desk_.name_of(number) == jail.name()) {
      read.push_back(place);
    }
  }
  std::ranges::sort(read, {}, &guard::LogPlace::path);
  std::vector<guard::LogPlace> out;
  for (const auto& log : jail.spec().logpath) {
    const auto pattern = guard::tidy_path(log.glob);
    for (const auto& place : read) {
      if (guard::glob_names(pattern, place.path) &&
          std::ranges::count(out, place.path, &guard::LogPlace::path) == 0) {
        out.push_back(place);
      }
    }
  }
  return out;
}

}  // namespace spranga::daemon
