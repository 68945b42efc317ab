// Which lines an expression sees at once, and which of them a match covers.
#include <algorithm>

#include "guard/match/pipeline.h"
#include "guard/match/window.h"

namespace spranga::guard {

LineParts parts_of(const DatedLine& line) {
  return {std::string(line.before), std::string(line.date_text), std::string(line.after)};
}

LineParts unseen_parts_of(const DatedLine& line) {
  LineParts out;
  out.unseen = line.before.size() + line.date_text.size() + line.after.size();
  return out;
}

void join(const std::vector<LineParts>& lines, std::string& out) {
  out.clear();
  for (const auto& line : lines) {
    out += line.before;
    out += line.after;
    out += '\n';
  }
  if (lines.empty()) {
    out = '\n';
  }
}

void Pipeline::begin(const DatedLine& line) {
  ignored_last_ = caught_ = stale_ = prefix_tried_ = false;
  window_.clear();
  pairs_ = many_lines() ? nullptr : line.pairs;
  by_words_ = numbered_ && line.words != nullptr && !many_lines();
  if (by_words_ && !knows_already(*line.words)) {
    look_up(*line.words);
  }
  if (many_lines()) {
    lines_.push_back(parts_of(line));
    if (lines_.size() > maxlines_) {
      lines_.erase(lines_.begin(), lines_.end() - static_cast<std::ptrdiff_t>(maxlines_));
    }
    window_ = lines_;
    join(lines_, whole_);
    return;
  }
  whole_.assign(line.before);
  whole_ += line.after;
  whole_ += '\n';
}

/// Which lines of the window the last match covers.
Pipeline::Place Pipeline::locate(const CompiledExpression& expression) const {
  Place place;
  if (window_.size() <= 1) {
    place.matched = window_;
    return place;
  }
  const auto& match = search_.match();
  const auto text = text_;
  const auto before = text.substr(0, match.begin() + 1).rfind('\n');
  const auto from = before == std::string_view::npos ? 0 : before + 1;
  const auto behind = text.find('\n', match.end() == 0 ? text.size() - 1 : match.end() - 1);
  const auto to = behind == std::string_view::npos ? text.size() : behind + 1;
  const auto lines_before = [&](std::size_t end) {
    const auto count = std::ranges::count(text.substr(0, end), '\n');
    return std::min(static_cast<std::size_t>(count), window_.size());
  };
  const auto first = static_cast<std::ptrdiff_t>(lines_before(from));
  const auto last = static_cast<std::ptrdiff_t>(std::max(lines_before(to), lines_before(from)));
  place.matched.assign(window_.begin() + first, window_.begin() + last);
  place.unmatched.assign(window_.begin(), window_.begin() + first);
  std::size_t at = 0;
  for (const auto& skipped : expression.skipped_lines(match)) {
    for (auto i = at; i < place.matched.size(); ++i) {
      if (place.matched[i].seen() == skipped) {
        place.unmatched.push_back(std::move(place.matched[i]));
        place.matched.erase(place.matched.begin() + static_cast<std::ptrdiff_t>(i));
        at = i;
        break;
      }
    }
  }
  place.unmatched.insert(place.unmatched.end(), window_.begin() + last, window_.end());
  return place;
}

}  // namespace spranga::guard
