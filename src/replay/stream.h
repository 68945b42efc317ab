// Stream: one FILE on its way through the jails that read it. It holds one line ahead, so that
// files can be merged by date.
#pragma once

#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "guard/match/concern.h"
#include "guard/match/line_reader.h"
#include "guard/match/word_table.h"
#include "guard/old_logs/log_source.h"
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

  /// The line at hand is one of those that are counted; as many are passed by with it.
  void count(std::uint64_t lines = 1) { counted_ += lines; }

  /// Passes over lines that concern no jail and are dated as the line at hand, or in the same
  /// minute and no earlier; earlier than `before`, where there is one. How many; the last of their
  /// dates takes its place. `counts`: they are counted, as is the line at hand.
  [[nodiscard]] std::uint64_t skip_quiet(ban::Instant clock,
                                         bool counts,
                                         std::optional<ban::Instant> before);

  /// The places in jails() of those that the line at hand may concern, ascending.
  [[nodiscard]] const std::vector<std::size_t>& concerned() const {
    return concerns_all_ ? all_places_ : concern_->concerned();
  }

  /// Gives the line at hand to one of the jails that it concerns.
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
      : source_(std::move(source)),
        name_(std::move(name)),
        all_(&all),
        jails_(std::move(jails)),
        all_places_(jails_.size()),
        fed_(jails_.size()) {
    std::iota(all_places_.begin(), all_places_.end(), 0);
  }

  void settle();
  void look_for(const Wanted& wanted);
  void find_concerned();
  void date_line(ban::Instant clock);
  [[nodiscard]] std::string_view quiet_start(ban::Instant clock);
  [[nodiscard]] bool pass_quiet(std::string_view start, const text::LineStart& minute) const;
  [[nodiscard]] text::LineStart start_of_minute(std::string_view same,
                                                ban::Instant clock,
                                                std::optional<ban::Instant> before) const;
  [[nodiscard]] bool is_dateless(const guard::LineReader& reader) const;
  [[nodiscard]] ban::Instant latest_at(int second) const;
  void pass_minute(std::uint64_t lines, ban::Instant clock, const text::LineStart& start);
  void pass_over(std::uint64_t lines, ban::Instant clock, bool counts);
  void remember(std::size_t reader, std::size_t lines, ban::Instant clock, bool counts);
  [[nodiscard]] std::size_t remembered_by(std::size_t reader) const;

  std::unique_ptr<guard::LogSource> source_;
  std::string name_;
  std::vector<JailRun>* all_;
  std::vector<std::size_t> jails_;
  std::vector<std::unique_ptr<guard::LineReader>> readers_;
  std::vector<std::size_t> reader_of_;          // for each of jails_
  std::vector<const guard::DatedLine*> dated_;  // for each reader, of the line at hand

  std::vector<guard::LineReader*> dateless_;  // those that find no date in lines as the one at hand
  std::vector<bool> pairs_too_;  // for each reader: a jail that wants every line asks it
  std::unique_ptr<guard::FoundWords> no_words_;
  // For each reader the places of jails that must be fed quiet lines too, and whether there are
  // any.
  std::vector<std::vector<std::size_t>> remembering_;
  bool remembers_{false};
  std::vector<ban::Sighting> nothing_;
  std::unique_ptr<guard::Concern> concern_;  // none: every line is given to every jail
  bool concerns_all_{true};                  // the line at hand
  std::vector<std::size_t> all_places_;
  std::vector<std::uint64_t> fed_;  // for each place the lines that its jail was offered
  std::uint64_t counted_{0};        // lines of which jails are to know, offered or not

  LoginReader logins_;
  guard::LogLine line_;
  std::uint64_t number_{0};
  std::optional<ban::Instant> date_;
  std::optional<ban::Instant> latest_;
};

}  // namespace spranga::replay
