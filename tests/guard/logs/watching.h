// A reader of logs as the daemon has it, for tests: everything it gives is kept, and loops end when
// a line that was agreed on has come.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "guard/logs/file_watch.h"
#include "guard/logs/local_log_files.h"
#include "tests/guard/logs/log_folder.h"

namespace spranga::guard {

/// Keeps what a source gives.
class KeptLines : public LineSink {
public:
  void on_line(const LiveLine& line) override {
    for (const auto jail : line.jails) {
      of[jail].emplace_back(line.text);
    }
    starting.push_back(line.starting);
    after.push_back(line.after);
  }

  void on_end(std::span<const std::size_t> jails) override {
    ended.insert(ended.end(), jails.begin(), jails.end());
  }

  void on_note(const LiveNote& note) override { notes.push_back(note); }

  [[nodiscard]] std::vector<std::string> texts_of(LiveEvent event) const {
    std::vector<std::string> out;
    for (const auto& each : notes) {
      if (each.event == event) {
        out.push_back(each.text);
      }
    }
    return out;
  }

  std::map<std::size_t, std::vector<std::string>> of;
  std::vector<bool> starting;
  std::vector<LogPlace> after;
  std::vector<std::size_t> ended;
  std::vector<LiveNote> notes;
};

/// Turns until `done`, as a poll loop makes them; false where that takes more than `patience`.
template <class Done>
bool run_until(LiveSource& source,
               LineSink& sink,
               const Done& done,
               std::chrono::seconds patience = std::chrono::seconds(60)) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    const auto now = std::chrono::steady_clock::now();
    if (now > end) {
      return false;
    }
    std::vector<pollfd> polled;
    for (const int fd : source.descriptors()) {
      polled.push_back({fd, POLLIN, 0});
    }
    const auto next = std::min(source.next_turn(now), end);
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - now).count();
    ::poll(polled.data(), polled.size(), static_cast<int>(std::max<std::int64_t>(wait, 0)));
    source.turn(std::chrono::steady_clock::now(), sink);
  }
  return true;
}

/// A FileWatch over a folder of its own.
class WatchedFolder {
public:
  explicit WatchedFolder(DateOf date_of = {})
      : files(LocalLogFiles::make(Links::any).value()), watch(*files, clock, std::move(date_of)) {}

  [[nodiscard]] std::string path(const std::string& name) const {
    return folder.path() + "/" + name;
  }

  void append(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary | std::ios::app) << bytes;
  }

  void rename(const std::string& from, const std::string& to) const {
    std::filesystem::rename(path(from), path(to));
  }

  void follow(const std::string& name, const std::vector<JailPlace>& kept = {}) {
    watch.follow({{0, path(name), false, std::chrono::seconds(600)}}, kept);
  }

  /// What is there is read, and nothing is waited for.
  void settle() {
    auto now = clock.now();
    do {
      now = clock.now();
      watch.turn(now, lines);
    } while (watch.next_turn(now) <= now);
  }

  [[nodiscard]] std::vector<std::string> read() {
    settle();
    return lines.of[0];
  }

  LogFolder folder;
  SystemClock clock;
  std::unique_ptr<LocalLogFiles> files;
  FileWatch watch;
  KeptLines lines;
};

}  // namespace spranga::guard
