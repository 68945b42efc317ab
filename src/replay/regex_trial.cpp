#include "replay/regex_trial.h"

#include <algorithm>
#include <utility>

namespace spranga::replay {

namespace {

guard::PipelineSettings pipeline_settings(const TrialSettings& settings) {
  guard::PipelineSettings made;
  made.usedns = settings.usedns;
  made.raw_hosts = settings.raw_hosts;
  made.check_all = settings.check_all && (!settings.for_rows || settings.all_rows);
  made.show_pending = !settings.for_rows || settings.all_rows;
  made.show_nofail = settings.show_nofail;
  made.need_date = false;
  made.timed = settings.timed;
  made.note_prefix = !settings.timed;
  made.ageing = false;
  made.one_client_sessions = settings.one_client_sessions;
  made.resolve = settings.resolve;
  return made;
}

void keep(KeptLines& kept, std::string_view line, bool all, std::size_t most) {
  if (all || kept.count <= static_cast<std::int64_t>(most) + 1) {
    kept.lines.emplace_back(line);
  }
}

}  // namespace

Result<std::unique_ptr<RegexTrial>> RegexTrial::make(const ban::FilterSpec& filter,
                                                     TrialSettings settings,
                                                     ban::Instant now,
                                                     Sink sink) {
  std::unique_ptr<RegexTrial> trial(new RegexTrial(std::move(settings), now, std::move(sink)));
  auto& own = trial->settings_;
  own.reader.mode = guard::MatchMode::regex;
  SPRANGA_TRY(trial->reader_, guard::LineReader::make(own.reader, now));
  SPRANGA_TRY(trial->pipeline_, guard::Pipeline::make(filter, pipeline_settings(own)));
  trial->maxlines_ = static_cast<std::size_t>(std::max(filter.maxlines, 1));
  trial->hits_.resize(filter.failregex.size());
  return trial;
}

void RegexTrial::feed(std::string_view raw) {
  const auto& line = reader_->read(raw, now_);
  if (!line.comment) {
    take(line, line.text);
  }
}

void RegexTrial::feed_entry(std::string_view text, ban::Instant at) {
  const auto& line = reader_->read_entry(text, at);
  take(line, std::string(line.date_text) + std::string(line.after));
}

void RegexTrial::take(const guard::DatedLine& line, std::string_view whole) {
  const auto before = maxlines_ > 1 ? pipeline_->buffer() : std::vector<guard::LineParts>{};
  found_.clear();
  pipeline_->process(line, now_, found_);
  if (settings_.for_rows && !settings_.show_nofail) {  // as -o: context is not shown
    std::erase_if(found_, [](const guard::Hit& hit) { return hit.failure.has("nofail"); });
  }
  if (!found_.empty() && sink_) {
    sink_({line, found_, now_, settings_.all_rows});
  }
  if (settings_.for_rows) {
    return;
  }
  std::size_t counted = 0;
  bool context = false;
  for (const auto& hit : found_) {
    if (!hit.weak) {
      hits_[static_cast<std::size_t>(hit.regex_index)].push_back({hit.id, hit.at, counted > 1});
    }
    if (hit.failure.has("nofail")) {
      context = true;
    } else {
      ++counted;
    }
  }
  count_prefix();
  if (maxlines_ > 1) {
    release_buffered(before);
  }
  count(whole, counted > 0, context || pipeline_->ignored_last());
}

void RegexTrial::count_prefix() {
  if (!pipeline_->prefregex() || !pipeline_->prefregex_matched()) {
    return;
  }
  ++prefix_matches_;
  if (!settings_.keep_groups || prefix_groups_.size() > settings_.most_lines) {
    return;
  }
  // A line that is ignored at once counts again what an earlier one gave, as in fail2ban-regex.
  if (pipeline_->prefregex_tried_last()) {
    last_groups_ = pipeline_->prefregex_groups();
  }
  prefix_groups_.push_back(last_groups_);
}

/// Lines that waited in the buffer and were part of this match were counted as missed.
void RegexTrial::release_buffered(const std::vector<guard::LineParts>& before) {
  const auto& left = pipeline_->buffer();
  const std::size_t full = before.size() >= maxlines_ ? 1 : 0;
  for (auto i = full; i < before.size(); ++i) {
    if (std::ranges::find(left, before[i]) != left.end()) {
      continue;
    }
    const auto whole = before[i].whole();
    if (const auto found = std::ranges::find(missed_.lines, whole); found != missed_.lines.end()) {
      missed_.lines.erase(found);
    }
    if (settings_.print_all_matched) {
      matched_.lines.push_back(whole);
    }
    ++matched_.count;
    --missed_.count;
  }
}

void RegexTrial::count(std::string_view whole, bool found, bool ignored) {
  ++tested_;
  if (ignored) {
    ++ignored_.count;
    if (!settings_.print_no_ignored) {
      keep(ignored_, whole, settings_.print_all_ignored, settings_.most_lines);
    }
  } else if (found) {
    ++matched_.count;
    if (settings_.print_all_matched) {
      matched_.lines.emplace_back(whole);
    }
  } else {
    ++missed_.count;
    if (!settings_.print_no_missed) {
      keep(missed_, whole, settings_.print_all_missed, settings_.most_lines);
    }
  }
}

}  // namespace spranga::replay
