// TextSource: lines of a ByteSource, whatever its bytes are.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "guard/logs/line_cutter.h"
#include "guard/old_logs/byte_source.h"
#include "guard/old_logs/log_source.h"

namespace spranga::guard {

/// Lines end at LF; a CR before it stays (the matcher's reader takes it off). NULs that a line
/// begins with, the hole that copytruncate leaves, are dropped however many they are. A line beyond
/// `longest` is cut there and counted. The last line needs no break, unless the file is damaged.
class TextSource : public LogSource {
public:
  explicit TextSource(std::unique_ptr<ByteSource> bytes, std::size_t longest = longest_log_line);

  [[nodiscard]] Result<std::optional<LogLine>> next() override;

  [[nodiscard]] bool next_scanned(LogLine& line) override;

  [[nodiscard]] bool is_next_quiet(const std::vector<bool>& loud) override {
    find_line();
    return line_ < scanned_.ends.size() && !is_loud(loud);
  }

  [[nodiscard]] std::uint64_t skip_quiet(std::string_view start,
                                         const std::vector<bool>& loud,
                                         const LineTest& is_quiet) override;

  [[nodiscard]] std::uint64_t skip_quiet(text::LineStart& start,
                                         const std::vector<bool>& loud,
                                         const LineTest& is_quiet) override;

  [[nodiscard]] std::string_view passed_over(std::size_t back) const override;

  void scan_with(const text::WordScanner& scanner) override { scanner_ = &scanner; }

  [[nodiscard]] LogProgress progress() const override { return bytes_->progress(); }

  [[nodiscard]] std::uint64_t cut_lines() const override { return cut_; }

private:
  [[nodiscard]] Result<bool> read_more();
  [[nodiscard]] Result<void> skip_rest_of_line();
  void drop_leading_nuls();
  [[nodiscard]] std::optional<std::size_t> line_length() const;
  [[nodiscard]] LogLine take(std::size_t length, std::size_t with_break);
  void scan_more(std::size_t fresh);
  void find_line();
  [[nodiscard]] bool is_loud(const std::vector<bool>& loud);
  template <typename Begins>
  [[nodiscard]] std::uint64_t skip_while(const std::vector<bool>& loud,
                                         const LineTest& is_quiet,
                                         const Begins& begins);
  void find_scanned(LogLine& line);
  void tell_scanned(LogLine& line);

  std::unique_ptr<ByteSource> bytes_;
  std::size_t longest_;
  std::vector<char> buffer_;
  std::size_t begin_{0};  // what is not yet given: [begin_, end_)
  std::size_t end_{0};
  std::size_t searched_{0};  // up to here there is no LF
  bool skipping_{false};     // behind a cut
  std::uint64_t cut_{0};

  // What a scan found in the whole lines from scanned_from_ on; the first of them is line 0.
  const text::WordScanner* scanner_{nullptr};
  text::ScannedLines scanned_;
  std::size_t scanned_from_{0};
  std::size_t line_{0};        // in which begin_ stands
  std::size_t next_found_{0};  // of scanned_.found what was not given yet
  std::size_t next_odd_{0};
};

}  // namespace spranga::guard
