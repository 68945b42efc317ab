// JournalSource: entries of journal files as fail2ban writes them in a line.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "guard/logs/log_source.h"

namespace spranga::guard {

/// `path` is a journal file, or a folder of them.
[[nodiscard]] Result<std::unique_ptr<LogSource>> open_journal(const std::string& path);

/// journalmatch of a jail: terms FIELD=value, all of which must hold (those of one field: any), or
/// those behind a "+".
class JournalMatch {
public:
  explicit JournalMatch(const std::vector<std::string>& sets);

  /// Whether the entry at hand is wanted. Without terms every entry is.
  [[nodiscard]] bool wants(LogSource& source) const;

private:
  struct Field {
    std::string name;
    std::vector<std::string> values;
  };

  std::vector<std::vector<Field>> sets_;
};

/// The parts of an entry, as far as the line needs them.
struct JournalEntry {
  std::string host;
  std::string identifier;  // SYSLOG_IDENTIFIER, else _COMM
  std::string pid;         // SYSLOG_PID, else _PID
  std::string message;
  std::uint64_t monotonic_us{0};  // for the kernel's lines
};

/// "host identifier[pid]: message", a line break inside as \n (two characters).
[[nodiscard]] std::string journal_line(const JournalEntry& entry);

}  // namespace spranga::guard
