// A log of which a test looks at the lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "guard/live/log.h"

namespace spranga::daemon {

class LogLines : public guard::Log {
public:
  void write(guard::Level /*of*/, std::string_view /*from*/, std::string_view text) override {
    lines.emplace_back(text);
  }

  [[nodiscard]] bool shows(guard::Level /*of*/) const override { return true; }

  std::vector<std::string> lines;
};

}  // namespace spranga::daemon
