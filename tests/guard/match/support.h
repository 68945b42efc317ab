// Lines with their date told apart, and a pipeline over expressions given as text.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "guard/match/pipeline.h"

namespace spranga::guard::match_tests {

inline constexpr ban::Instant noon{std::chrono::seconds(1'124'013'600)};

struct FilterText {
  std::string prefregex{};
  std::vector<std::string> failregex{};
  std::vector<std::string> ignoreregex{};
  std::vector<std::string> weakregex{};
  int maxlines{1};
};

inline ban::FilterSpec filter_of(const FilterText& text) {
  ban::FilterSpec filter;
  filter.name = "test";
  int line = 1;
  const auto add = [&line](const std::vector<std::string>& from, std::vector<ban::Expression>& to) {
    for (const auto& pattern : from) {
      to.push_back({pattern, {"filter.d/test.conf", line++}});
    }
  };
  if (!text.prefregex.empty()) {
    filter.prefregex = ban::Expression{text.prefregex, {"filter.d/test.conf", line++}};
  }
  add(text.failregex, filter.failregex);
  add(text.ignoreregex, filter.ignoreregex);
  add(text.weakregex, filter.weakregex);
  filter.maxlines = text.maxlines;
  return filter;
}

/// A pipeline and its filter; lines without dates of their own, all at noon.
class Lines {
public:
  explicit Lines(const FilterText& text, PipelineSettings settings = {})
      : filter_(filter_of(text)), pipeline_(Pipeline::make(filter_, std::move(settings)).value()) {}

  std::vector<Hit> feed(std::string_view text, ban::Instant at = noon) {
    DatedLine line;
    line.text = line.after = text;
    line.date_text = "";
    line.at = at;
    pairs_.clear();
    pairs_.add(text);
    line.pairs = &pairs_;
    std::vector<Hit> hits;
    pipeline_->process(line, at, hits);
    return hits;
  }

  /// The ids of a line's hits, with blanks between; "?" for one that waits.
  std::string ids(std::string_view text, ban::Instant at = noon) {
    std::string out;
    for (const auto& hit : feed(text, at)) {
      out += (out.empty() ? "" : " ") + hit.id.value_or("?");
    }
    return out;
  }

  Pipeline& pipeline() { return *pipeline_; }

private:
  ban::FilterSpec filter_;
  std::unique_ptr<Pipeline> pipeline_;
  PairSet pairs_;
};

}  // namespace spranga::guard::match_tests
