// Matcher: one jail's filter, compiled. Lines in, sightings out; exactly what fail2ban sees in
// them.
//
// No clock, no DNS, no files: `now` and the resolver are handed in. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ban/instant.h"
#include "ban/jail_spec.h"
#include "ban/sighting.h"
#include "base/result.h"
#include "guard/match/line_reader.h"

namespace spranga::guard {

/// The addresses of a host's name; empty: none, or nobody may be asked.
using ResolveName = std::function<std::vector<std::string>(std::string_view name)>;

struct MatchOptions {
  MatchMode mode{MatchMode::replay};
  Zone local{Zone::system()};         // of lines for which neither line nor jail names a zone
  std::optional<ban::Instant> today;  // old logs: what a date without a year is guessed from
  ResolveName resolve;                // for usedns yes and warn; absent: no name has an address
  bool names_later{false};  // a sighting of a name says so, and somebody else asks (is_name)
  bool raw_hosts{false};    // names stay names, whatever usedns says (fail2ban-regex -r)
  bool check_all{false};    // every failregex is tried on every line (fail2ban-regex without -o)
  bool bare{false};         // sightings have neither fields nor lines: who only counts needs none
  bool show_nofail{false};  // context-only hits of sessions are sightings too, with nofail set
};

struct MatchStatistics {
  std::uint64_t lines{0};
  std::uint64_t matched{0};  // lines that gave a sighting
  std::uint64_t ignored{0};  // by an ignoreregex, or context only
  std::uint64_t missed{0};
  std::uint64_t obsolete{0};          // live, start-up: older than findtime
  std::uint64_t limit_hits{0};        // times an expression was stopped at its step limit
  std::uint64_t sessions_dropped{0};  // sessions forgotten because too many were open
};

/// An expression that ran away so often that it is not tried any more.
struct Quarantined {
  const ban::Expression* expression;
  std::uint64_t limit_hits;
};

class Matcher {
public:
  /// Keeps a copy of `jail`. Errors name the expression's file:line: one that does not compile, one
  /// without a group for the id, an unknown encoding or zone, a bad datepattern.
  /// `now` decides which years a date pattern accepts.
  [[nodiscard]] static Result<std::unique_ptr<Matcher>> make(const ban::JailSpec& jail,
                                                             MatchOptions options,
                                                             ban::Instant now);

  virtual ~Matcher() = default;

  /// One raw line of a log, read by the matcher's own reader. Appends to `out`.
  virtual void feed(std::string_view raw, ban::Instant now, std::vector<ban::Sighting>& out) = 0;

  /// An entry of the journal ("host ident[pid]: message") with its own time.
  virtual void feed_entry(std::string_view text,
                          ban::Instant at,
                          ban::Instant now,
                          std::vector<ban::Sighting>& out) = 0;

  /// A line that a shared reader has read. Its settings must equal reader_settings().
  virtual void feed_line(const DatedLine& line,
                         ban::Instant now,
                         std::vector<ban::Sighting>& out) = 0;

  /// Takes the words that expressions need into `table`. False: every line must be fed, whatever
  /// words it holds, unless passes() says otherwise. To be called once, before the first line.
  [[nodiscard]] virtual bool number_words(WordTable& table) = 0;

  /// Whether words have numbers; else a line's pairs tell which expressions may match.
  [[nodiscard]] virtual bool knows_words() const = 0;

  /// After number_words() said no: whether lines need not be fed whose text, without the date,
  /// begins with `start`, and which hold none of telling_words(); but for the last of them, as many
  /// as remembers() says.
  [[nodiscard]] virtual bool passes(std::string_view start) const = 0;

  [[nodiscard]] virtual std::size_t remembers() const = 0;

  /// The numbers of these words.
  [[nodiscard]] virtual std::vector<std::uint32_t> numbered_words() const = 0;

  /// Some of them: a line that holds none of these need not be fed.
  [[nodiscard]] virtual std::vector<std::uint32_t> telling_words() const = 0;

  /// After number_words(): whether a line that holds these words must be fed.
  [[nodiscard]] virtual bool is_concerned(const FoundWords& words) = 0;

  /// Counts lines that did not have to be fed; not while the live start phase lasts.
  virtual void pass(std::uint64_t lines) = 0;

  /// The same of one line, at any time.
  virtual void miss(const DatedLine& line, ban::Instant now) = 0;

  /// Live mode: the end of the log was reached for the first time; from now on lines are news.
  virtual void end_start_phase() = 0;

  [[nodiscard]] virtual const ban::JailSpec& jail() const = 0;
  [[nodiscard]] virtual ReaderSettings reader_settings() const = 0;
  /// The matcher's own reader.
  [[nodiscard]] virtual LineReader& reader() = 0;
  [[nodiscard]] virtual const MatchStatistics& statistics() const = 0;
  [[nodiscard]] virtual std::vector<Quarantined> quarantined() const = 0;
};

/// Matchers that read one log: each line is read once for all whose settings are equal.
class MatcherGroup {
public:
  using Sink = std::function<void(std::size_t matcher, std::vector<ban::Sighting>& sightings)>;

  /// `matchers` must outlive the group.
  [[nodiscard]] static Result<MatcherGroup> make(std::vector<Matcher*> matchers, ban::Instant now);

  /// `sink` is called for each matcher that saw something, with its place in `matchers`. Returns
  /// the line's date as the first matcher's reader found it (replay: for the clock).
  std::optional<ban::Instant> feed(std::string_view raw, ban::Instant now, const Sink& sink);
  std::optional<ban::Instant> feed_entry(std::string_view text,
                                         ban::Instant at,
                                         ban::Instant now,
                                         const Sink& sink);

private:
  struct Shared {
    std::unique_ptr<LineReader> reader;
    std::vector<std::size_t> matchers;
  };

  void hand_on(const Shared& shared, const DatedLine& line, ban::Instant now, const Sink& sink);

  std::vector<Matcher*> matchers_;
  std::vector<Shared> shared_;
  std::vector<ban::Sighting> found_;
};

}  // namespace spranga::guard
