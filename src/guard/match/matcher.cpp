#include "guard/match/matcher.h"

#include <algorithm>
#include <utility>

#include "guard/match/credentials.h"
#include "guard/match/pipeline.h"

namespace spranga::guard {

namespace {

PipelineSettings pipeline_settings(const ban::JailSpec& jail, const MatchOptions& options) {
  PipelineSettings settings;
  settings.usedns = jail.usedns;
  settings.raw_hosts = options.raw_hosts;
  settings.names_later = options.names_later;
  settings.check_all = options.check_all;
  settings.show_nofail = options.show_nofail;
  settings.bare = options.bare;
  settings.need_date = options.mode != MatchMode::regex;
  settings.note_prefix = options.mode == MatchMode::regex;
  settings.ageing = options.mode != MatchMode::regex;
  if (jail.counting == ban::Counting::window) {
    // Who connects and waits five minutes before he guesses is still known.
    settings.session_lifetime = std::max(Sessions::lifetime, jail.findtime);
    settings.one_client_sessions = true;
  }
  settings.resolve = options.resolve;
  return settings;
}

ReaderSettings reader_settings_of(const ban::JailSpec& jail, const MatchOptions& options) {
  ReaderSettings settings;
  settings.mode = options.mode;
  settings.encoding = jail.logencoding;
  settings.datepattern = jail.filter.datepattern;
  settings.logtimezone = jail.logtimezone;
  settings.local = options.local;
  settings.today = options.today;
  return settings;
}

/// Where the option stands that a reader refuses, tried on its own; "" where nobody knows.
std::string place_of_refused(const ban::JailSpec& jail, ban::Instant now) {
  ReaderSettings dates;
  dates.datepattern = jail.filter.datepattern;
  ReaderSettings zone;
  zone.logtimezone = jail.logtimezone;
  ReaderSettings encoding;
  encoding.encoding = jail.logencoding;
  for (const auto& [option, alone] : {std::pair("datepattern", dates),
                                      std::pair("logtimezone", zone),
                                      std::pair("logencoding", encoding)}) {
    const auto known = jail.origins.find(std::string_view(option));
    if (known != jail.origins.end() && !LineReader::make(alone, now)) {
      return place_of(known->second);
    }
  }
  return "";
}

class JailMatcher final : public Matcher {
public:
  JailMatcher(const ban::JailSpec& jail, MatchOptions options)
      : jail_(jail), options_(std::move(options)) {}

  [[nodiscard]] Result<void> compile(ban::Instant now) {
    SPRANGA_TRY(pipeline_, Pipeline::make(jail_.filter, pipeline_settings(jail_, options_)));
    auto reader = LineReader::make(reader_settings(), now);
    if (!reader) {
      return fail(reader.error().code, place_of_refused(jail_, now) + reader.error().detail);
    }
    reader_ = std::move(*reader);
    return {};
  }

  void feed(std::string_view raw, ban::Instant now, std::vector<ban::Sighting>& out) override {
    feed_line(reader_->read(raw, now), now, out);
  }

  void feed_entry(std::string_view text,
                  ban::Instant at,
                  ban::Instant now,
                  std::vector<ban::Sighting>& out) override {
    feed_line(reader_->read_entry(text, at), now, out);
  }

  void feed_line(const DatedLine& line, ban::Instant now, std::vector<ban::Sighting>& out) override;

  [[nodiscard]] bool number_words(WordTable& table) override {
    return reader_->can_be_scanned() && pipeline_->number_words(table);
  }

  [[nodiscard]] bool knows_words() const override { return pipeline_->knows_words(); }

  [[nodiscard]] bool passes(std::string_view start) const override {
    return pipeline_->passes(start);
  }

  [[nodiscard]] std::size_t remembers() const override { return pipeline_->remembers(); }

  [[nodiscard]] std::vector<std::uint32_t> numbered_words() const override {
    return pipeline_->numbered_words();
  }

  [[nodiscard]] std::vector<std::uint32_t> telling_words() const override {
    return pipeline_->telling_words();
  }

  [[nodiscard]] bool is_concerned(const FoundWords& words) override {
    return pipeline_->is_concerned(words);
  }

  void pass(std::uint64_t lines) override {
    statistics_.lines += lines;
    statistics_.missed += lines;
  }

  void miss(const DatedLine& line, ban::Instant now) override {
    ++statistics_.lines;
    ++(is_obsolete(line, now) ? statistics_.obsolete : statistics_.missed);
  }

  void end_start_phase() override {
    news_ = true;
    reader_->end_start_phase();
  }

  [[nodiscard]] const ban::JailSpec& jail() const override { return jail_; }

  [[nodiscard]] ReaderSettings reader_settings() const override {
    return reader_settings_of(jail_, options_);
  }

  [[nodiscard]] LineReader& reader() override { return *reader_; }

  [[nodiscard]] const MatchStatistics& statistics() const override { return statistics_; }

  [[nodiscard]] std::vector<Quarantined> quarantined() const override;

private:
  void tell(Hit&& hit, const DatedLine& line, ban::Instant now, ban::Sighting& seen) const;
  void count(bool found);

  [[nodiscard]] bool is_obsolete(const DatedLine& line, ban::Instant now) const {
    const bool starting = options_.mode == MatchMode::live && !news_;
    return starting && line.at && *line.at < now - jail_.findtime;
  }

  ban::JailSpec jail_;
  MatchOptions options_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<LineReader> reader_;
  std::vector<Hit> hits_;
  MatchStatistics statistics_;
  bool news_{false};
};

void JailMatcher::feed_line(const DatedLine& line,
                            ban::Instant now,
                            std::vector<ban::Sighting>& out) {
  if (line.comment) {
    return;
  }
  ++statistics_.lines;
  if (is_obsolete(line, now)) {
    ++statistics_.obsolete;
    return;
  }
  hits_.clear();
  pipeline_->process(line, now, hits_);
  bool found = false;
  for (auto& hit : hits_) {
    if (hit.id) {
      auto& seen = out.emplace_back();
      tell(std::move(hit), line, now, seen);
      found = found || !seen.nofail;
    }
  }
  count(found);
}

void JailMatcher::tell(Hit&& hit,
                       const DatedLine& line,
                       ban::Instant now,
                       ban::Sighting& seen) const {
  seen.id = *std::move(hit.id);
  seen.at = hit.at;
  if (options_.mode == MatchMode::live && seen.at) {
    seen.at = std::min(*seen.at, now);
  }
  for (const auto& field : hit.failure.fields) {
    seen.fields.emplace(field.name, to_value(field.content));
  }
  for (const auto& match : hit.failure.matches) {
    seen.matches.push_back(hide_credentials(match.whole()));
  }
  seen.line = line.number;
  seen.expression = hit.expression;
  seen.regex_index = hit.regex_index;
  seen.attempts = std::max(hit.attempts, 1);
  // Without a session fail2ban-server counts what NOFAIL marks; only fail2ban-regex looks at it.
  seen.nofail = (hit.of_session || options_.mode == MatchMode::regex) && hit.nofail;
  seen.nofail = seen.nofail || hit.attempts == 0;
  seen.weak = hit.weak;
  seen.is_name = hit.is_name;
}

void JailMatcher::count(bool found) {
  if (found) {
    ++statistics_.matched;
  } else if (pipeline_->ignored_last() || !hits_.empty()) {
    ++statistics_.ignored;
  } else {
    ++statistics_.missed;
  }
  statistics_.sessions_dropped = pipeline_->sessions_dropped();
  statistics_.limit_hits = pipeline_->limit_hits();
}

std::vector<Quarantined> JailMatcher::quarantined() const {
  std::vector<Quarantined> all;
  for (const auto* expression : pipeline_->expressions()) {
    if (expression->in_quarantine()) {
      all.push_back({&expression->source(), expression->limit_hits()});
    }
  }
  return all;
}

}  // namespace

Result<std::unique_ptr<Matcher>> Matcher::make(const ban::JailSpec& jail,
                                               MatchOptions options,
                                               ban::Instant now) {
  auto matcher = std::make_unique<JailMatcher>(jail, std::move(options));
  SPRANGA_CHECK(matcher->compile(now));
  return matcher;
}

Result<MatcherGroup> MatcherGroup::make(std::vector<Matcher*> matchers, ban::Instant now) {
  MatcherGroup group;
  group.matchers_ = std::move(matchers);
  for (std::size_t i = 0; i < group.matchers_.size(); ++i) {
    const auto settings = group.matchers_[i]->reader_settings();
    const auto same = std::ranges::find_if(group.shared_, [&](const Shared& shared) {
      return same_reading(shared.reader->settings(), settings);
    });
    if (same != group.shared_.end()) {
      same->matchers.push_back(i);
      continue;
    }
    SPRANGA_TRY(auto reader, LineReader::make(settings, now));
    group.shared_.push_back({std::move(reader), {i}});
  }
  return group;
}

std::optional<ban::Instant> MatcherGroup::feed(std::string_view raw,
                                               ban::Instant now,
                                               const Sink& sink) {
  std::optional<ban::Instant> at;
  for (auto& shared : shared_) {
    const auto& line = shared.reader->read(raw, now);
    at = at ? at : line.at;
    hand_on(shared, line, now, sink);
  }
  return at;
}

std::optional<ban::Instant> MatcherGroup::feed_entry(std::string_view text,
                                                     ban::Instant at,
                                                     ban::Instant now,
                                                     const Sink& sink) {
  for (auto& shared : shared_) {
    hand_on(shared, shared.reader->read_entry(text, at), now, sink);
  }
  return at;
}

void MatcherGroup::hand_on(const Shared& shared,
                           const DatedLine& line,
                           ban::Instant now,
                           const Sink& sink) {
  for (const auto i : shared.matchers) {
    found_.clear();
    matchers_[i]->feed_line(line, now, found_);
    if (!found_.empty()) {
      sink(i, found_);
    }
  }
}

}  // namespace spranga::guard
