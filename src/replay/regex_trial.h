// RegexTrial: what fail2ban-regex counts while it runs a log through a filter.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ban/instant.h"
#include "ban/jail_spec.h"
#include "base/result.h"
#include "guard/match/line_reader.h"
#include "guard/match/pipeline.h"

namespace spranga::replay {

struct TrialSettings {
  guard::ReaderSettings reader;  // its mode is set
  ban::UseDns usedns{ban::UseDns::warn};
  bool raw_hosts{false};
  bool one_client_sessions{false};  // as the jail has them (Sessions)
  bool check_all{true};             // else the first expression that matches wins
  bool timed{false};                // what expressions cost, as the guard tries them
  bool for_rows{false};             // -o: hits are handed on, and nothing is counted
  bool show_nofail{false};
  bool all_rows{false};  // rows of every expression that matches, and of hits that wait for an id
  bool print_all_matched{false};
  bool print_all_missed{false};
  bool print_all_ignored{false};
  bool print_no_missed{false};
  bool print_no_ignored{false};
  bool keep_groups{false};     // what prefregex caught, for -v
  std::size_t most_lines{20};  // kept of each kind
  std::function<std::vector<std::string>(std::string_view name)> resolve;
};

/// Lines of one fate: how many, and the first of them.
struct KeptLines {
  std::int64_t count{0};
  std::vector<std::string> lines;
};

struct RegexHit {
  std::optional<std::string> id;
  std::optional<ban::Instant> at;
  bool several{false};  // more than one expression caught the line
};

/// A line's hits, and where it stands.
struct LineHits {
  const guard::DatedLine& line;
  const std::vector<guard::Hit>& hits;
  ban::Instant now;
  bool several;  // every expression was tried
};

class RegexTrial {
public:
  using Sink = std::function<void(const LineHits&)>;

  /// `filter` must outlive the trial. `sink` gets every line that has hits, context-only ones
  /// included.
  [[nodiscard]] static Result<std::unique_ptr<RegexTrial>> make(const ban::FilterSpec& filter,
                                                                TrialSettings settings,
                                                                ban::Instant now,
                                                                Sink sink);

  void feed(std::string_view raw);

  /// An entry of the journal.
  void feed_entry(std::string_view text, ban::Instant at);

  [[nodiscard]] const guard::Pipeline& pipeline() const { return *pipeline_; }

  [[nodiscard]] const guard::LineReader& reader() const { return *reader_; }

  [[nodiscard]] std::int64_t tested() const { return tested_; }

  [[nodiscard]] std::int64_t prefix_matches() const { return prefix_matches_; }

  [[nodiscard]] const std::vector<guard::Failure>& prefix_groups() const { return prefix_groups_; }

  [[nodiscard]] const KeptLines& matched() const { return matched_; }

  [[nodiscard]] const KeptLines& missed() const { return missed_; }

  [[nodiscard]] const KeptLines& ignored() const { return ignored_; }

  /// Of each failregex, in their order.
  [[nodiscard]] const std::vector<std::vector<RegexHit>>& hits() const { return hits_; }

private:
  RegexTrial(TrialSettings settings, ban::Instant now, Sink sink)
      : settings_(std::move(settings)), now_(now), sink_(std::move(sink)) {}

  void take(const guard::DatedLine& line, std::string_view whole);
  void count(std::string_view whole, bool found, bool ignored);
  void count_prefix();
  void release_buffered(const std::vector<guard::LineParts>& before);

  TrialSettings settings_;
  ban::Instant now_;
  Sink sink_;
  std::unique_ptr<guard::LineReader> reader_;
  std::unique_ptr<guard::Pipeline> pipeline_;
  std::size_t maxlines_{1};
  std::vector<guard::Hit> found_;
  std::int64_t tested_{0};
  std::int64_t prefix_matches_{0};
  std::vector<guard::Failure> prefix_groups_;
  guard::Failure last_groups_;
  KeptLines matched_;
  KeptLines missed_;
  KeptLines ignored_;
  std::vector<std::vector<RegexHit>> hits_;
};

}  // namespace spranga::replay
