#include "guard/config/traced.h"

#include <algorithm>

namespace spranga::guard::config {

void Traced::append(std::string_view text, const Place& place) {
  if (marks_.empty() || !(marks_.back().place == place)) {
    if (!marks_.empty() && marks_.back().start == text_.size()) {
      marks_.back().place = place;
    } else {
      marks_.push_back({text_.size(), place});
    }
  }
  text_ += text;
}

void Traced::append(const Traced& other, std::size_t from, std::size_t count) {
  const auto end = std::min(other.text_.size(),
                            count > other.text_.size() - from ? std::string::npos : from + count);
  auto mark = std::upper_bound(
      other.marks_.begin(), other.marks_.end(), from, [](std::size_t at, const Mark& m) {
        return at < m.start;
      });
  if (mark != other.marks_.begin()) {
    --mark;
  }
  for (; from < end && mark != other.marks_.end(); ++mark) {
    const auto next = std::next(mark);
    const auto stop = next == other.marks_.end() ? end : std::min(end, next->start);
    append(std::string_view(other.text_).substr(from, stop - from), mark->place);
    from = stop;
  }
}

Traced Traced::slice(std::size_t from, std::size_t count) const {
  Traced out;
  out.append(*this, from, count);
  if (out.empty()) {
    out.append("", place_at(from));
  }
  return out;
}

Place Traced::place_at(std::size_t at) const {
  const auto after = std::upper_bound(
      marks_.begin(), marks_.end(), at, [](std::size_t a, const Mark& m) { return a < m.start; });
  return after == marks_.begin() ? Place{} : std::prev(after)->place;
}

void Traced::truncate(std::size_t size) {
  text_.resize(std::min(size, text_.size()));
  while (marks_.size() > 1 && marks_.back().start >= text_.size()) {
    marks_.pop_back();
  }
}

std::vector<Traced> Traced::lines() const {
  std::vector<Traced> out;
  for (std::size_t from = 0;;) {
    const auto end = text_.find('\n', from);
    if (end == std::string::npos) {
      out.push_back(slice(from));
      return out;
    }
    out.push_back(slice(from, end - from));
    from = end + 1;
  }
}

}  // namespace spranga::guard::config
