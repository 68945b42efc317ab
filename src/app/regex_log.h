// The LOG of `spranga regex`: a file, the journal, or text given on the command line.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ban/instant.h"
#include "base/result.h"

namespace spranga::app {

enum class LogKind { file, journal, text };

struct RegexLog {
  LogKind kind{LogKind::text};
  std::string path;                // file or journal; "": the system's own journal
  std::vector<std::string> lines;  // of text
  bool single{false};              // text that is one line, not lines of which there is one
};

/// What `given` names. `many`: text is cut at its line breaks even if it is one line.
[[nodiscard]] Result<RegexLog> regex_log(const std::string& given, bool many);

struct LogReaders {
  std::function<void(std::string_view raw)> line;
  std::function<void(std::string_view text, ban::Instant at)> entry;
};

/// Reads all of it. `newline` is that of the file's encoding, `journalmatch` chooses entries. Gives
/// back whether the file ended in a line without an end, which is not read.
[[nodiscard]] Result<bool> read_log(const RegexLog& log,
                                    std::string_view newline,
                                    const std::vector<std::string>& journalmatch,
                                    const LogReaders& readers);

}  // namespace spranga::app
