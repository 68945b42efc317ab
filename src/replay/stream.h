// Stream: one FILE on its way through the jails that read it. It holds one line ahead, so that
// files can be merged by date.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "guard/logs/log_source.h"
#include "guard/match/concern.h"
#include "guard/match/line_reader.h"
#include "guard/match/word_table.h"
#include "replay/jail_run.h"
#include "replay/login_line.h"

namespace spranga::replay {

class Stream {
public:
  /// What jails look for in lines, and which of them say so; of all files together.
  struct Wanted {
    guard::WordTable words;
    std::vector<bool> knows;  // for each jail: a line that concerns it has words of the table
  };

  [[nodiscard]] static Wanted wanted_by(std::vector<JailRun>& jails);

  /// `jails` read it; `all` and `wanted` outlive the stream.
  [[nodiscard]] static Result<Stream> open(std::unique_ptr<guard::LogSource> source,
                                           std::string name,
                                           std::vector<JailRun>& all,
                                           std::vector<std::size_t> jails,
                                           const Wanted& wanted,
                                           ban::Instant today);

  /// Reads the next line; false at the end. After an error the stream has ended.
  [[nodiscard]] Result<bool> advance(ban::Instant clock);

  /// The date of the line at hand; a line without one has that of the line before it.
  [[nodiscard]] std::optional<ban::Instant> date() const { return date_; }

  /// The latest date that a reader found in the line at hand.
  [[nodiscard]] std::optional<ban::Instant> latest() const { return latest_; }

  /// Whether the line at hand may concern any jail. Else it need not be fed.
  [[nodiscard]] bool concerns_any() const {
    return concerns_all_ || !concern_->concerned().empty();
  }

  /// Instead of feeding a line that concerns no jail.
  void pass_by() { ++passed_by_; }

  /// Gives the line at hand to one of its jails, if it concerns it.
  void feed(std::size_t place, ban::Instant clock, std::vector<ban::Sighting>& out);

  [[nodiscard]] const std::vector<std::size_t>& jails() const { return jails_; }

  [[nodiscard]] const ban::JailSpec& spec(std::size_t place) const {
    return (*all_)[jails_[place]].spec();
  }

  [[nodiscard]] std::string_view text() const { return line_.text; }

  /// Of the line at hand, 1-based.
  [[nodiscard]] std::uint64_t number() const { return number_; }

  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] std::optional<Login> login() { return logins_.read(line_.text); }

  [[nodiscard]] guard::LogSource& source() { return *source_; }

private:
  Stream(std::unique_ptr<guard::LogSource> source,
         std::string name,
         std::vector<JailRun>& all,
         std::vector<std::size_t> jails)
      : source_(std::move(source)), name_(std::move(name)), all_(&all), jails_(std::move(jails)) {}

  void settle();
  void look_for(const Wanted& wanted);
  void find_concerned();
  void date_line(ban::Instant clock);

  std::unique_ptr<guard::LogSource> source_;
  std::string name_;
  std::vector<JailRun>* all_;
  std::vector<std::size_t> jails_;
  std::vector<std::unique_ptr<guard::LineReader>> readers_;
  std::vector<std::size_t> reader_of_;          // for each of jails_
  std::vector<const guard::DatedLine*> dated_;  // for each reader, of the line at hand

  std::unique_ptr<guard::Concern> concern_;  // none: every line is given to every jail
  bool concerns_all_{true};                  // the line at hand
  std::uint64_t passed_by_{0};               // lines that no jail was told of yet

  LoginReader logins_;
  guard::LogLine line_;
  std::uint64_t number_{0};
  std::optional<ban::Instant> date_;
  std::optional<ban::Instant> latest_;
};

}  // namespace spranga::replay
