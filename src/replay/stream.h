// Stream: one FILE on its way through the jails that read it. It holds one line ahead, so that
// files can be merged by date.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "guard/logs/log_source.h"
#include "guard/match/line_reader.h"
#include "replay/jail_run.h"
#include "replay/login_line.h"

namespace spranga::replay {

class Stream {
public:
  /// `jails` read it; `all` outlives the stream.
  [[nodiscard]] static Result<Stream> open(std::unique_ptr<guard::LogSource> source,
                                           std::string name,
                                           std::vector<JailRun>& all,
                                           std::vector<std::size_t> jails,
                                           ban::Instant today);

  /// Reads the next line; false at the end. After an error the stream has ended.
  [[nodiscard]] Result<bool> advance(ban::Instant clock);

  /// The date of the line at hand; a line without one has that of the line before it.
  [[nodiscard]] std::optional<ban::Instant> date() const { return date_; }

  /// The latest date that a reader found in the line at hand.
  [[nodiscard]] std::optional<ban::Instant> latest() const { return latest_; }

  /// Gives the line at hand to one of its jails.
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

  void date_line(ban::Instant clock);

  std::unique_ptr<guard::LogSource> source_;
  std::string name_;
  std::vector<JailRun>* all_;
  std::vector<std::size_t> jails_;
  std::vector<std::unique_ptr<guard::LineReader>> readers_;
  std::vector<std::size_t> reader_of_;          // for each of jails_
  std::vector<const guard::DatedLine*> dated_;  // for each reader, of the line at hand
  LoginReader logins_;
  guard::LogLine line_;
  std::uint64_t number_{0};
  std::optional<ban::Instant> date_;
  std::optional<ban::Instant> latest_;
};

}  // namespace spranga::replay
