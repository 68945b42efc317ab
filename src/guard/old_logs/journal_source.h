// Entries of old journal files, as fail2ban writes them in a line.
#pragma once

#include <memory>
#include <string>

#include "guard/logs/journal_match.h"
#include "guard/old_logs/log_source.h"

namespace spranga::guard {

/// `path` is a journal file, or a folder of them.
[[nodiscard]] Result<std::unique_ptr<LogSource>> open_journal(const std::string& path);

/// Whether the entry at hand is one that a jail wants. Without terms every entry is.
[[nodiscard]] bool wants(const JournalMatch& match, LogSource& source);

}  // namespace spranga::guard
