// LogSource: an old log, line by line: a plain file, a compressed one, the journal, standard input.
// One source, one thread; nothing is written, and nothing is kept but the line at hand.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ban/instant.h"
#include "base/result.h"
#include "text/line_start.h"
#include "text/word_scanner.h"

namespace spranga::guard {

struct LogLine {
  std::string_view text;           // without its line break; lives until the source is asked again
  std::optional<ban::Instant> at;  // the journal's own time
  bool scanned{false};             // whether the words that it holds are known:
  bool ascii{false};               // all its bytes are
  std::span<const text::ScannedLines::Found> words{};
};

struct LogProgress {
  std::uint64_t done{0};
  std::uint64_t total{0};  // 0: not known
};

class LogSource {
public:
  virtual ~LogSource() = default;

  /// The next line; nullopt at the end. What was read before an error stands: Errc::malformed for a
  /// damaged archive or journal, Errc::io where reading fails. Not to be asked again after either.
  [[nodiscard]] virtual Result<std::optional<LogLine>> next() = 0;

  /// The next line, where it was read and scanned already; false: ask next(). Replaces all of
  /// `line`.
  [[nodiscard]] virtual bool next_scanned(LogLine& /*line*/) { return false; }

  /// Whether the next line was scanned, and holds no word that is `loud`, by its number.
  [[nodiscard]] virtual bool is_next_quiet(const std::vector<bool>& /*loud*/) { return false; }

  using LineTest = std::function<bool(std::string_view line)>;

  /// Passes over the next lines as far as they were scanned, are ASCII, hold no word that is
  /// `loud`, begin with `start`, which is not empty, and pass the test, where there is one; how
  /// many.
  [[nodiscard]] virtual std::uint64_t skip_quiet(std::string_view /*start*/,
                                                 const std::vector<bool>& /*loud*/,
                                                 const LineTest& /*is_quiet*/) {
    return 0;
  }

  /// The same for lines that `start` takes.
  [[nodiscard]] virtual std::uint64_t skip_quiet(text::LineStart& /*start*/,
                                                 const std::vector<bool>& /*loud*/,
                                                 const LineTest& /*is_quiet*/) {
    return 0;
  }

  /// One of the lines that were passed over last: 0 is the latest of them. Lives until the source
  /// is asked again.
  [[nodiscard]] virtual std::string_view passed_over(std::size_t /*back*/) const { return {}; }

  /// From now on lines are scanned with this, where the source reads bytes. It outlives the source.
  virtual void scan_with(const text::WordScanner& /*scanner*/) {}

  /// Journal: whether the entry at hand has this field with this value. Text has no fields.
  [[nodiscard]] virtual bool field_is(const std::string& name, std::string_view value);

  /// The time of the last line, where it can be told without reading: the journal.
  [[nodiscard]] virtual std::optional<ban::Instant> last_time() { return std::nullopt; }

  [[nodiscard]] virtual bool is_journal() const { return false; }

  [[nodiscard]] virtual LogProgress progress() const = 0;

  /// Lines of which only the first longest_log_line bytes were given.
  [[nodiscard]] virtual std::uint64_t cut_lines() const { return 0; }
};

/// Opens by content, not by name: .gz, .xz, .zst and .bz2, journal files and folders of them, text;
/// "-" is standard input. Errc::not_found, denied or io; Errc::malformed for what is none of these.
[[nodiscard]] Result<std::unique_ptr<LogSource>> open_log(const std::string& path);

/// Copies what can be read only once (a pipe) into memory, so that it can be read twice; returns a
/// path to open. Errc::too_large beyond `limit` bytes.
[[nodiscard]] Result<std::string> keep_in_memory(int fd, std::uint64_t limit);

}  // namespace spranga::guard
