// An entry of the journal as the line that fail2ban makes of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spranga::guard {

/// The parts of an entry, as far as the line needs them.
struct JournalEntry {
  std::string host;
  std::string identifier;  // SYSLOG_IDENTIFIER, else _COMM
  std::string pid;         // SYSLOG_PID, else _PID
  std::string message;
  std::uint64_t monotonic_us{0};  // for the kernel's lines
};

/// The same, of somebody else's memory.
struct JournalParts {
  std::string_view host;
  std::string_view identifier;
  std::string_view pid;
  std::string_view message;
  std::uint64_t monotonic_us{0};
};

/// Appends "host identifier[pid]: message", a line break inside as \n (two characters).
void write_journal_line(const JournalParts& parts, std::string& out);

/// The same, alone.
[[nodiscard]] std::string journal_line(const JournalEntry& entry);

}  // namespace spranga::guard
