#include "guard/logs/journal_line.h"

#include <fmt/format.h>

#include <iterator>

namespace spranga::guard {

void write_journal_line(const JournalParts& parts, std::string& out) {
  const auto begin = out.size();
  const auto next_word = [&] { out += out.size() == begin ? "" : " "; };
  out += parts.host;
  if (!parts.identifier.empty()) {
    next_word();
    out += parts.identifier;
    if (!parts.pid.empty()) {
      out.append("[").append(parts.pid).append("]");
    }
    out += ':';
    if (parts.identifier == "kernel" && parts.pid.empty()) {
      next_word();
      fmt::format_to(
          std::back_inserter(out), "[{:12.6f}]", static_cast<double>(parts.monotonic_us) / 1e6);
    }
  }
  next_word();
  for (auto rest = parts.message; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    out += line;
    rest.remove_prefix(line.size());
    if (!rest.empty()) {
      out += "\\n";
      rest.remove_prefix(1);
    }
  }
}

std::string journal_line(const JournalEntry& entry) {
  std::string out;
  write_journal_line({entry.host, entry.identifier, entry.pid, entry.message, entry.monotonic_us},
                     out);
  return out;
}

}  // namespace spranga::guard
