// StateFile: a small file that is always written as a whole, by a thread of its own: the loop does
// not wait for a disk. What is newer replaces what was not written yet.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/result.h"

namespace spranga::daemon {

class StateFile {
public:
  /// "" keeps nothing.
  explicit StateFile(std::string path) : path_(std::move(path)) {}

  StateFile(const StateFile&) = delete;
  StateFile& operator=(const StateFile&) = delete;
  StateFile(StateFile&&) = delete;
  StateFile& operator=(StateFile&&) = delete;
  /// Writes what is left.
  ~StateFile();

  /// What an earlier life left; "" where there is nothing. Errc::too_large, io.
  [[nodiscard]] Result<std::string> read() const;

  /// Returns at once.
  void keep(std::string bytes);

  /// Waits until all is written, at most so long.
  [[nodiscard]] Result<void> flush(std::chrono::milliseconds time);

  /// What has gone wrong since it was last asked; "" = nothing.
  [[nodiscard]] std::string take_trouble();

  static constexpr std::size_t largest = 32UL << 20U;

private:
  void work();

  std::string path_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<std::string> next_;
  bool writing_{false};
  bool ending_{false};
  std::string trouble_;
  std::thread thread_;  // from the first keep() on
};

}  // namespace spranga::daemon
