// ReadBefore: what has been read of a journal whose reader goes back a little, to see what came to
// another of its files meanwhile.
#pragma once

#include <optional>
#include <string>
#include <unordered_set>

#include "guard/logs/live_source.h"

namespace spranga::guard {

class ReadBefore {
public:
  /// The last entry that was read; its cursor is "" while there is none.
  [[nodiscard]] const LogPlace& last() const { return last_; }

  void remember(const LogPlace& place);

  /// The reader is at last() again.
  void go_back() { is_behind_ = last_.cursor.empty(); }

  /// Whether no entry that has been read can come any more.
  [[nodiscard]] bool is_behind() const { return is_behind_; }

  /// Whether the entry here has been read; to be asked of each until is_behind().
  [[nodiscard]] bool holds(const LogPlace& place);

private:
  LogPlace last_;
  std::unordered_set<std::string> then_;  // cursors of all that has its time
  bool is_behind_{true};
};

}  // namespace spranga::guard
