#include "guard/match/line_reader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "guard/match/decoder.h"
#include "guard/match/iso_time.h"
#include "text/utf8.h"

namespace spranga::guard {

namespace {

using std::chrono::seconds;

/// How long a date serves for lines without one, and how far a fresh line's may be off.
constexpr seconds date_patience{60};

class OneLineReader final : public LineReader {
public:
  OneLineReader(ReaderSettings settings, std::unique_ptr<Decoder> decoder, DateDetector detector)
      : settings_(std::move(settings)),
        decoder_(std::move(decoder)),
        keeps_ascii_(decoder_->keeps_ascii()),
        detector_(std::move(detector)) {}

  [[nodiscard]] const DatedLine& read(std::string_view raw, ban::Instant now) override {
    return read_scanned(raw, now, {});
  }

  [[nodiscard]] const DatedLine& read_scanned(std::string_view raw,
                                              ban::Instant now,
                                              const LineScan& scan) override {
    const bool plain = scan.ascii && keeps_ascii_ && raw.size() <= longest_line;
    const auto replaced = statistics_.replaced;
    const auto text = plain ? trim(raw) : decode(raw);
    if (plain && read_repeated(text, now, scan)) {
      return line_;
    }
    begin_line(now);
    line_.text = text;
    line_.replaced = statistics_.replaced != replaced;
    line_.comment = settings_.mode == MatchMode::regex && (text.empty() || text.front() == '#');
    if (line_.comment) {
      return line_;
    }
    date(text);
    if (settings_.mode == MatchMode::live && news_) {
      forgive_odd_date();
    }
    note_words(scan);
    return line_;
  }

  [[nodiscard]] std::string_view repeatable(ban::Instant now) const override {
    if (settings_.mode != MatchMode::replay || !last_is_found_ || !keeps_ascii_) {
      return {};
    }
    return detector_.repeatable(settings_.today.value_or(std::max(now_, now)));
  }

  [[nodiscard]] std::size_t repeatable_date() const override { return detector_.repeatable_date(); }

  void repeat(std::uint64_t lines, ban::Instant now) override {
    now_ = std::max(now_, now);
    detector_.repeat(lines, now_);
    statistics_.lines += lines;
    statistics_.dated += lines;
    line_.number += lines;
  }

  [[nodiscard]] text::LineStart same_minute(ban::Instant now,
                                            std::optional<ban::Instant> before) const override {
    const auto same = repeatable(now);
    return same.empty() || same.back() == '\r' || !settings_.today
               ? text::LineStart()
               : detector_.same_minute(*settings_.today, before);
  }

  [[nodiscard]] ban::Instant at_second(int second) const override {
    return detector_.at_second(second);
  }

  [[nodiscard]] const DatedLine& repeat_in_minute(std::uint64_t lines,
                                                  const text::LineStart& start,
                                                  std::string_view last,
                                                  ban::Instant now,
                                                  const LineScan& scan) override {
    repeat(lines - 1, std::max(now, detector_.at_second(start.before_latest())));
    return read_scanned(last, now, scan);
  }

  [[nodiscard]] bool refuses(std::string_view start) const override {
    return settings_.mode == MatchMode::replay && keeps_ascii_ && detector_.refuses(start);
  }

  [[nodiscard]] bool must_look() const override { return detector_.must_look(); }

  [[nodiscard]] bool looks_dateless(const LineView& line) const override {
    return detector_.looks_dateless(line);
  }

  void repeat_dateless(std::uint64_t lines, ban::Instant now) override {
    now_ = std::max(now_, now);
    statistics_.lines += lines;
    statistics_.undated += lines;
    line_.number += lines;
  }

  [[nodiscard]] bool can_be_scanned() const override { return keeps_ascii_; }

  [[nodiscard]] const DatedLine& read_entry(std::string_view text, ban::Instant at) override {
    return read_scanned_entry(text, at, {});
  }

  [[nodiscard]] const DatedLine& read_scanned_entry(std::string_view text,
                                                    ban::Instant at,
                                                    const LineScan& scan) override {
    begin_line(at);
    text_ = to_text(text);
    line_.text = text_;
    iso_time_.write(at, settings_.local, last_text_);
    last_text_ += ' ';
    last_date_ = at;
    last_is_integer_ = false;
    last_is_found_ = false;
    line_.date_text = last_text_;
    line_.after = text_;
    line_.at = at;
    ++statistics_.dated;
    note_words(scan);
    return line_;
  }

  void pass_entry() override {
    ++statistics_.lines;
    ++statistics_.dated;
    ++line_.number;
  }

  void set_next_number(std::size_t number) override { line_.number = number - 1; }

  void end_start_phase() override { news_ = true; }

  [[nodiscard]] std::string_view newline() const override { return decoder_->newline(); }

  [[nodiscard]] std::vector<TemplateUse> templates() const override {
    return detector_.templates();
  }

  [[nodiscard]] const ReaderSettings& settings() const override { return settings_; }

  [[nodiscard]] const ReaderStatistics& statistics() const override { return statistics_; }

private:
  [[nodiscard]] static std::string_view trim(std::string_view text);
  [[nodiscard]] std::string_view decode(std::string_view raw);
  [[nodiscard]] std::string to_text(std::string_view raw);
  [[nodiscard]] bool read_repeated(std::string_view text, ban::Instant now, const LineScan& scan);
  void begin_line(ban::Instant now);
  void date(std::string_view text);
  void take_last_date(std::string_view text);
  void take_now();
  void forgive_odd_date();
  void note_words(const LineScan& scan);
  void note_pairs();
  [[nodiscard]] bool last_date_serves() const;

  ReaderSettings settings_;
  std::unique_ptr<Decoder> decoder_;
  bool keeps_ascii_;
  DateDetector detector_;
  DatedLine line_;
  PairSet pairs_;
  std::string text_;       // of a line that had to be changed
  std::string last_text_;  // the last date, as it was written
  IsoTime iso_time_;       // of entries
  std::optional<ban::Instant> last_date_;
  std::optional<ban::Instant> last_found_;  // the same before it was forgiven
  bool last_is_integer_{false};
  bool last_is_found_{false};  // by the detector, when it last found one
  ban::Instant now_{};
  bool news_{false};
  ReaderStatistics statistics_;
};

std::string_view OneLineReader::trim(std::string_view text) {
  // The hole that copytruncate leaves in a file; fail2ban loses the line behind it.
  while (!text.empty() && text.front() == '\0') {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) {
    text.remove_suffix(1);
  }
  return text;
}

std::string_view OneLineReader::decode(std::string_view raw) {
  const bool cut = raw.size() > longest_line;
  const auto decoded = decoder_->decode(raw.substr(0, longest_line));
  const auto text = trim(decoded.text);
  statistics_.replaced += decoded.replaced ? 1 : 0;
  if (cut) {
    ++statistics_.cut;
    text_ = text;
    text::append_utf8(text_, text::replacement_character);
    return text_;
  }
  return text;
}

/// The journal's text is UTF-8, whatever logencoding says; invalid bytes are replaced.
std::string OneLineReader::to_text(std::string_view raw) {
  auto text = text::to_valid_utf8(raw.substr(0, longest_line));
  if (raw.size() > longest_line) {
    ++statistics_.cut;
    text::append_utf8(text, text::replacement_character);
  }
  return text;
}

void OneLineReader::begin_line(ban::Instant now) {
  ++statistics_.lines;
  now_ = settings_.mode == MatchMode::replay ? std::max(now_, now) : now;
  const auto number = line_.number + 1;
  line_ = {};
  line_.number = number;
}

/// The short way of most lines: the date stands at the line's beginning, and is the last line's
/// byte by byte. False: nothing was done.
bool OneLineReader::read_repeated(std::string_view text, ban::Instant now, const LineScan& scan) {
  const bool live = settings_.mode == MatchMode::live;
  const auto clock = live ? now : std::max(now_, now);
  if (settings_.mode == MatchMode::regex || !last_is_found_ || scan.words == nullptr ||
      scan.pairs_too) {
    return false;
  }
  const auto end = detector_.find_repeated(text, settings_.today.value_or(clock), clock);
  if (end == 0) {
    return false;
  }
  now_ = clock;
  ++statistics_.lines;
  ++statistics_.dated;
  ++line_.number;
  line_.text = text;
  line_.before = {};
  line_.date_text = text.substr(0, end);
  line_.after = text.substr(end);
  line_.at = last_date_ = last_found_;
  line_.is_integer = last_is_integer_;
  line_.undated = line_.comment = line_.replaced = false;
  line_.odd_by.reset();
  line_.pairs = nullptr;
  line_.words = scan.words;
  if (live && news_) {
    forgive_odd_date();
  }
  return true;
}

void OneLineReader::date(std::string_view text) {
  line_.after = text;
  const auto found = detector_.find(text, settings_.today.value_or(now_), now_);
  if (!found) {
    ++statistics_.undated;
    take_last_date(text);
    return;
  }
  if (found->empty()) {  // a pattern that may be empty: the date is optional
    ++statistics_.undated;
    if (last_date_serves()) {
      take_last_date(text);
    } else {
      take_now();
    }
    line_.undated = false;
    return;
  }
  line_.before = text.substr(0, found->begin);
  line_.date_text = text.substr(found->begin, found->end - found->begin);
  line_.after = text.substr(found->end);
  line_.at = found->time;
  line_.is_integer = found->is_integer;
  if (!line_.at) {
    ++statistics_.impossible;
    take_last_date(text);
    return;
  }
  ++statistics_.dated;
  last_date_ = last_found_ = line_.at;
  last_is_integer_ = line_.is_integer;
  if (!found->repeated || !last_is_found_) {
    last_text_ = line_.date_text;
  }
  last_is_found_ = true;
  if (settings_.mode == MatchMode::replay) {
    now_ = std::max(now_, *line_.at);
  }
}

bool OneLineReader::last_date_serves() const {
  return last_date_ && *last_date_ > now_ - date_patience;
}

/// A line without a date has the date of the line before, unless that is too old.
void OneLineReader::take_last_date(std::string_view text) {
  line_.undated = true;
  if (last_date_serves()) {
    line_.before = {};
    line_.date_text = last_text_;
    line_.after = text;
    line_.at = last_date_;
    line_.is_integer = last_is_integer_;
  } else if (settings_.mode == MatchMode::live ? news_ : settings_.mode == MatchMode::replay) {
    take_now();
  }
}

/// While no old log has had a date, none: then it is for others to say when now is.
void OneLineReader::take_now() {
  line_.at = now_ == ban::Instant{} ? std::nullopt : std::optional(now_);
}

/// fail2ban takes a fresh line whose date is off by more than a minute for one of now.
void OneLineReader::forgive_odd_date() {
  if (!line_.at) {
    return;
  }
  const auto off = std::chrono::duration_cast<seconds>(*line_.at - now_);
  if (std::chrono::abs(off) > date_patience) {
    line_.odd_by = off;
    line_.at = now_;
    last_date_ = now_;
  }
}

/// The words that a scan found, unless another may have come about where the date was cut out.
void OneLineReader::note_words(const LineScan& scan) {
  const bool seam = !line_.before.empty() && !line_.after.empty();
  if (scan.words != nullptr && keeps_ascii_ &&
      !(seam && scan.words->table().joins(line_.before.back(), line_.after.front()))) {
    line_.words = scan.words;
  }
  if (line_.words == nullptr || scan.pairs_too) {
    note_pairs();
  }
}

/// Expressions see before + after, as one text.
void OneLineReader::note_pairs() {
  pairs_.clear();
  pairs_.add(line_.before);
  pairs_.add(line_.after);
  if (!line_.before.empty() && !line_.after.empty()) {
    const std::array seam{line_.before.back(), line_.after.front()};
    pairs_.add({seam.data(), seam.size()});
  }
  line_.pairs = &pairs_;
}

}  // namespace

bool same_reading(const ReaderSettings& a, const ReaderSettings& b) {
  return a.mode == b.mode && a.encoding == b.encoding && a.datepattern == b.datepattern &&
         a.logtimezone == b.logtimezone && a.today == b.today;
}

Result<std::unique_ptr<LineReader>> LineReader::make(ReaderSettings settings, ban::Instant now) {
  SPRANGA_TRY(auto decoder, Decoder::make(settings.encoding));
  SPRANGA_TRY(auto detector,
              DateDetector::create({.datepattern = settings.datepattern,
                                    .logtimezone = settings.logtimezone,
                                    .local = settings.local},
                                   settings.today.value_or(now)));
  return std::make_unique<OneLineReader>(
      std::move(settings), std::move(decoder), std::move(detector));
}

}  // namespace spranga::guard
