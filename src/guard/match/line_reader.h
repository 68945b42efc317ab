// LineReader: raw bytes of a log → text with its date found. All jails that read the same log with
// the same settings share one: the line is decoded and dated once.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ban/instant.h"
#include "ban/jail_spec.h"
#include "base/result.h"
#include "guard/dates/date_detector.h"
#include "guard/dates/zone.h"
#include "guard/match/pair_set.h"
#include "guard/match/word_table.h"

namespace spranga::guard {

/// Whose rules for dates and times hold.
enum class MatchMode {
  live,    // fail2ban-server's: start-up phase, 60 s rule, nothing from the future
  replay,  // old logs drive the clock
  regex,   // fail2ban-regex's
};

/// A line longer than this is cut, and U+FFFD ends it, so that no expression takes the cut for the
/// line's end.
inline constexpr std::size_t longest_line{2U << 20U};

struct ReaderSettings {
  MatchMode mode{MatchMode::replay};
  std::string encoding{"auto"};            // auto: UTF-8
  std::optional<std::string> datepattern;  // several patterns on lines; none: the 17 templates
  std::optional<std::string> logtimezone;
  Zone local{Zone::system()};  // where neither line nor logtimezone names a zone
  /// Old logs: what a date without a year is guessed from. None: `now`.
  std::optional<ban::Instant> today;
};

/// Whether jails with these settings can share a reader; on one machine, at one time.
[[nodiscard]] bool same_reading(const ReaderSettings& a, const ReaderSettings& b);

/// A line of text with its date. fail2ban's tuple: before, date, after; expressions see before +
/// after. The views live until the reader reads again.
struct DatedLine {
  std::string_view text;  // the whole line
  std::string_view before;
  std::string_view date_text;  // cut out of the line, or the last date's where the line has none
  std::string_view after;
  std::optional<ban::Instant> at;  // none: an impossible date, or none at all
  bool is_integer{false};          // fail2ban prints `at` without ".0"
  bool undated{false};             // no date of its own: `at` is the last one's, or now
  /// Live: so far its date was off from now, which it was taken for; whole seconds, < 0: before.
  std::optional<std::chrono::seconds> odd_by;
  bool replaced{false};   // it had bytes that the encoding does not know
  bool comment{false};    // fail2ban-regex: begins with "#", or is empty; counted, and no more
  std::size_t number{0};  // 1-based, as read
  const PairSet* pairs{nullptr};     // of before + after, where they are known
  const FoundWords* words{nullptr};  // all that before + after may hold, where they are known
};

/// What a scan of a log's bytes found out about a line.
struct LineScan {
  const FoundWords* words{nullptr};  // that its bytes hold; none: it was not scanned
  bool ascii{false};                 // all its bytes are
  bool pairs_too{false};             // somebody asks for the line's pairs even so
};

struct ReaderStatistics {
  std::uint64_t lines{0};
  std::uint64_t dated{0};
  std::uint64_t undated{0};     // no date template matched
  std::uint64_t impossible{0};  // looked like a date and is none
  std::uint64_t cut{0};         // longer than longest_line
  std::uint64_t replaced{0};    // lines with bytes that the encoding does not know
};

class LineReader {
public:
  /// Errors: an unknown encoding or zone, a datepattern that does not compile. `now` decides which
  /// years a pattern accepts.
  [[nodiscard]] static Result<std::unique_ptr<LineReader>> make(ReaderSettings settings,
                                                                ban::Instant now);

  virtual ~LineReader() = default;

  /// `raw` is one line, with or without its CR/LF. `now` guesses a missing year and decides whether
  /// the last date is still good for a line without one; when old logs are replayed it is the
  /// latest date read so far, and the reader itself notes this line's.
  [[nodiscard]] virtual const DatedLine& read(std::string_view raw, ban::Instant now) = 0;

  /// The same for a line that was scanned; `scan.words` must live as long as the line is used.
  [[nodiscard]] virtual const DatedLine& read_scanned(std::string_view raw,
                                                      ban::Instant now,
                                                      const LineScan& scan) = 0;

  /// With what a scanned line that is ASCII must begin to have the date of the line before, so that
  /// repeat() will do where nobody asks for its text; "" where no line is known to do.
  [[nodiscard]] virtual std::string_view repeatable(ban::Instant now) const = 0;

  /// How much of that is the date, which is cut out.
  [[nodiscard]] virtual std::size_t repeatable_date() const = 0;

  /// As many such lines were passed over.
  virtual void repeat(std::uint64_t lines, ban::Instant now) = 0;

  /// With what scanned lines that are ASCII must begin to be dated in the minute of the line
  /// before, no earlier than it and earlier than `before`, so that repeat_in_minute() will do where
  /// nobody asks for their text; empty where none is known to.
  [[nodiscard]] virtual text::LineStart same_minute(ban::Instant now,
                                                    std::optional<ban::Instant> before) const = 0;

  /// The time of the lines of that minute at this second.
  [[nodiscard]] virtual ban::Instant at_second(int second) const = 0;

  /// As many such lines were passed over, one or more, all taken by `start`; the last of them,
  /// which is read at `now`.
  [[nodiscard]] virtual const DatedLine& repeat_in_minute(std::uint64_t lines,
                                                          const text::LineStart& start,
                                                          std::string_view last,
                                                          ban::Instant now,
                                                          const LineScan& scan) = 0;

  /// Whether no scanned line has a date that is ASCII, begins with `start` and, where must_look()
  /// says so, is one that looks_dateless(): then repeat_dateless() will do where nobody asks for
  /// its text.
  [[nodiscard]] virtual bool refuses(std::string_view start) const = 0;

  [[nodiscard]] virtual bool must_look() const = 0;

  [[nodiscard]] virtual bool looks_dateless(const LineView& line) const = 0;

  /// As many such lines were passed over.
  virtual void repeat_dateless(std::uint64_t lines, ban::Instant now) = 0;

  /// Whether the words of a line are words of its bytes.
  [[nodiscard]] virtual bool can_be_scanned() const = 0;

  /// An entry of the journal: its time is known, nothing is cut out.
  [[nodiscard]] virtual const DatedLine& read_entry(std::string_view text, ban::Instant at) = 0;

  /// The same for an entry that was scanned.
  [[nodiscard]] virtual const DatedLine& read_scanned_entry(std::string_view text,
                                                            ban::Instant at,
                                                            const LineScan& scan) = 0;

  /// Instead of reading an entry that nobody wants: it is counted.
  virtual void pass_entry() = 0;

  /// Gives the next line this number (1-based); else lines are counted as they are read.
  virtual void set_next_number(std::size_t number) = 0;

  /// Live mode: from now on lines are news, and a date that is off by more than 60 s is taken for
  /// now.
  virtual void end_start_phase() = 0;

  /// Of lines in this encoding ("\n").
  [[nodiscard]] virtual std::string_view newline() const = 0;

  /// The templates and their luck, in the order in which they are tried.
  [[nodiscard]] virtual std::vector<TemplateUse> templates() const = 0;

  [[nodiscard]] virtual const ReaderSettings& settings() const = 0;
  [[nodiscard]] virtual const ReaderStatistics& statistics() const = 0;
};

}  // namespace spranga::guard
