// DateDetector: finds the date of a log line and reads it, as fail2ban's detector does.
//
// It has a memory: which template won last and where, how often and how near the line's start each
// one won. Every line of a log goes through it, in order, whether or not a filter wants the line;
// another order gives other dates. One detector a filter, as in fail2ban, however many logs it has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ban/instant.h"
#include "base/result.h"
#include "guard/dates/zone.h"
#include "text/line_start.h"

namespace spranga::guard {

struct DateSettings {
  /// fail2ban's `datepattern`, several on lines of their own; none = the default templates.
  std::optional<std::string> datepattern;
  /// fail2ban's `logtimezone` ("UTC", "CET", "UTC+0200", "-0500"), or one of IANA's names.
  std::optional<std::string> logtimezone;
  Zone local{Zone::system()};
};

class LineView;
struct ReadDate;

struct FoundDate {
  std::size_t begin{
      0};  // what is cut out of the line, in bytes; empty = a pattern that may be empty
  std::size_t end{0};
  /// None: nothing was caught, or an impossible date (29 February of a common year).
  std::optional<ban::Instant> time;
  std::string_view name;  // the template's name in fail2ban's words; valid as long as the detector
  /// fail2ban trips over such a date and loses the line (zone "XYZ", hour without am or pm): here
  /// it is an impossible date.
  bool trips_fail2ban{false};
  bool repeated{false};    // the same text, with the same time, as found in the line before
  bool is_integer{false};  // fail2ban prints it without ".0": its offset was known

  [[nodiscard]] bool empty() const { return begin == end; }
};

/// A template and its luck so far, for a report.
struct TemplateUse {
  std::string_view name;
  std::string_view pattern;  // "" = it has none (epoch, TAI64N)
  std::string_view regex;    // in Python's dialect, as fail2ban would show it
  int hits{0};
  double weight{0};  // hits × own weight ÷ distance
  double own_weight{1.0};
};

class DateDetector {
public:
  /// Errc::malformed says what is wrong with the datepattern or logtimezone. `now`, the wall clock,
  /// decides which years %ExY accepts: 2000 to about three years ahead.
  [[nodiscard]] static Result<DateDetector> create(const DateSettings& settings, ban::Instant now);

  DateDetector(DateDetector&&) noexcept;
  DateDetector& operator=(DateDetector&&) noexcept;
  DateDetector(const DateDetector&) = delete;
  DateDetector& operator=(const DateDetector&) = delete;
  ~DateDetector();

  /// The date of `line` (valid UTF-8, without its line break); nullopt = there is none. `now`
  /// supplies what a date lacks: the year, the day.
  [[nodiscard]] std::optional<FoundDate> find(std::string_view line, ban::Instant now) {
    return find(line, now, now);
  }

  /// `clock`: the time that passes between lines where that is not `now` (old logs): a template
  /// that was not used for five minutes gives way more easily.
  [[nodiscard]] std::optional<FoundDate> find(std::string_view line,
                                              ban::Instant now,
                                              ban::Instant clock);

  /// Where `line` begins with the date that was found last, byte by byte, and at the same `now`:
  /// the end of the date, which has been found again with the same time. 0: nothing was done.
  [[nodiscard]] std::size_t find_repeated(std::string_view line,
                                          ban::Instant now,
                                          ban::Instant clock);

  /// With what a line must begin for find_repeated() to find it at this `now`; "" where no line is
  /// known to do.
  [[nodiscard]] std::string_view repeatable(ban::Instant now) const;

  /// How much of that is the date.
  [[nodiscard]] std::size_t repeatable_date() const;

  /// With what lines begin, but for a later second of the same minute, and digits of its fraction,
  /// that are dated as the last one was, at this `now` and with a time that is less than `before`,
  /// where there is one. Empty where no line is known to be.
  [[nodiscard]] text::LineStart same_minute(ban::Instant now,
                                            std::optional<ban::Instant> before) const;

  /// The time of a date that differs from the last one in its second only. After same_minute().
  [[nodiscard]] ban::Instant at_second(int second) const;

  /// As many lines have begun as the last one did; the edges of their dates are of no concern.
  void repeat(std::uint64_t lines, ban::Instant clock);

  /// Whether no line has a date that is ASCII, begins with `start` and, where must_look() says so,
  /// is one that looks_dateless(). Lines without a date change nothing.
  [[nodiscard]] bool refuses(std::string_view start) const;

  [[nodiscard]] bool must_look() const;

  [[nodiscard]] bool looks_dateless(const LineView& line) const;

  /// In the order in which they are tried now.
  [[nodiscard]] std::vector<TemplateUse> templates() const;

private:
  [[nodiscard]] std::optional<FoundDate> find_same_shape(std::string_view line,
                                                         ban::Instant now,
                                                         ban::Instant clock);

  [[nodiscard]] ReadDate complete_same_shape(ban::Instant now);

  struct State;
  explicit DateDetector(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

/// Whether `zone` will do as a logtimezone. Errc::malformed names it.
[[nodiscard]] Result<void> check_logtimezone(const std::string& zone);

}  // namespace spranga::guard
