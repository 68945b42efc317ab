// LogStream: one source of lines on its way to the jails that read it. A line is decoded and dated
// once for all jails that read it with the same settings.
//
// Whole lines come in blocks, which are scanned for the words that the jails' expressions need: a
// jail is given only lines that may concern it, and told how many others there were. What comes of
// that is what came of giving every line to every jail (tests/guard/live/log_stream_test.cpp).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ban/instant.h"
#include "base/result.h"
#include "guard/live/live_jail.h"
#include "guard/match/concern.h"
#include "guard/match/line_reader.h"

namespace spranga::guard {

class LogStream {
public:
  /// `jails` outlive the stream. It is to be made anew when one of them takes another filter, or
  /// when there are more jails.
  /// Without a `scan` every jail is given every line.
  [[nodiscard]] static Result<LogStream> make(std::vector<LiveJail*> jails,
                                              ban::Instant now,
                                              bool scan = true);

  /// One line, the plain way. Fresh bans are appended to `bans`.
  void feed(std::string_view raw, ban::Instant now, std::vector<ban::Ban>& bans);

  /// Whole lines, each with its LF, that feed_next() is to give to the jails; they must live until
  /// it says false.
  void open_block(std::string_view lines);

  /// The next line of the block; false: there is none any more.
  bool feed_next(ban::Instant now, std::vector<ban::Ban>& bans);

  /// Lines of the block that were given so far.
  [[nodiscard]] std::uint64_t lines() const { return lines_; }

  /// An entry of the journal that all the jails want.
  void feed_entry(std::string_view text,
                  ban::Instant at,
                  ban::Instant now,
                  std::vector<ban::Ban>& bans);

  /// Which file the lines are of, for what is said about them; else nobody is told of bytes that
  /// the encoding does not know.
  void set_file(std::string path) { file_ = std::move(path); }

  /// The end of the log was reached: from now on lines are news.
  void end_start_phase();

  [[nodiscard]] const std::vector<LiveJail*>& jails() const { return jails_; }

private:
  using Words = std::span<const text::ScannedLines::Found>;

  LogStream() = default;

  [[nodiscard]] Words next_words();
  [[nodiscard]] bool is_next_ascii();
  void feed_scanned(std::string_view raw, ban::Instant now, std::vector<ban::Ban>& bans);
  void give(std::size_t place, ban::Instant now, std::vector<ban::Ban>& bans);
  void give_concerned(ban::Instant now, std::vector<ban::Ban>& bans);
  void give_or_miss(ban::Instant now, std::vector<ban::Ban>& bans);
  void settle();
  void tell_oddities(std::string_view raw, ban::Instant now);
  void pass_entry();

  std::vector<LiveJail*> jails_;
  std::vector<std::unique_ptr<LineReader>> readers_;
  std::vector<std::size_t> reader_of_;   // for each of jails_
  std::vector<const DatedLine*> dated_;  // for each reader, of the line at hand
  std::unique_ptr<Concern> concern_;     // none: every jail wants every line
  std::vector<std::size_t> concerned_;
  std::vector<ban::Sighting> found_;
  bool in_operation_{false};
  std::string file_;

  // The block at hand.
  std::string_view block_;
  std::size_t begin_{0};  // of the next line
  text::ScannedLines scanned_;
  std::size_t next_found_{0};  // of scanned_.found what was not used yet
  std::size_t next_odd_{0};
  std::uint64_t lines_{0};
  std::vector<std::uint64_t> told_;  // for each jail how many of them it knows of
};

}  // namespace spranga::guard
