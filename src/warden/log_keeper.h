// LogKeeper: opens and watches logs for the guard, which has no right to. Only what the patterns of
// the configuration name, and what such a file was called after a rotation; the guard's word is not
// enough.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/logs/log_files.h"
#include "plan/orders.h"
#include "process/channel.h"

namespace spranga::warden {

class LogKeeper {
public:
  /// `files` does the work and outlives the keeper.
  explicit LogKeeper(guard::LogFiles& files) : files_(files) {}

  void allow(std::vector<std::string> patterns) { patterns_ = std::move(patterns); }

  /// The answer to an order about logs; a descriptor is put into `fds`.
  [[nodiscard]] plan::Answer answer(const plan::Ask& ask, std::vector<Fd>& fds);

private:
  guard::LogFiles& files_;
  std::vector<std::string> patterns_;
};

}  // namespace spranga::warden
