// Entries of old journal files, as fail2ban writes them in a line.
#pragma once

#include <memory>
#include <string>

#include "guard/logs/log_source.h"

namespace spranga::guard {

/// `path` is a journal file, or a folder of them.
[[nodiscard]] Result<std::unique_ptr<LogSource>> open_journal(const std::string& path);

}  // namespace spranga::guard
