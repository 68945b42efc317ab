// LogStream: one source of lines on its way to the jails that read it. A line is decoded and dated
// once for all jails that read it with the same settings.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ban/instant.h"
#include "base/result.h"
#include "guard/live/live_jail.h"
#include "guard/match/line_reader.h"

namespace spranga::guard {

class LogStream {
public:
  /// `jails` outlive the stream.
  [[nodiscard]] static Result<LogStream> make(std::vector<LiveJail*> jails, ban::Instant now);

  /// One line. Fresh bans are appended to `bans`.
  void feed(std::string_view raw, ban::Instant now, std::vector<ban::Ban>& bans);

  /// An entry of the journal, for the jail at `place` only: what it wants, its journalmatch says.
  void feed_entry(std::size_t place,
                  std::string_view text,
                  ban::Instant at,
                  ban::Instant now,
                  std::vector<ban::Ban>& bans);

  /// The end of the log was reached: from now on lines are news.
  void end_start_phase();

  [[nodiscard]] const std::vector<LiveJail*>& jails() const { return jails_; }

private:
  void judge(LiveJail& jail, ban::Instant now, std::vector<ban::Ban>& bans);

  std::vector<LiveJail*> jails_;
  std::vector<std::unique_ptr<LineReader>> readers_;
  std::vector<std::size_t> reader_of_;   // for each of jails_
  std::vector<const DatedLine*> dated_;  // for each reader, of the line at hand
  std::vector<ban::Sighting> found_;
  bool in_operation_{false};
};

}  // namespace spranga::guard
