#include "guard/judge/recent_lines.h"

#include <algorithm>
#include <cstring>

namespace spranga::guard {

// A place is the number of the block, then the offset in it, plus one.

RecentLines::RecentLines(std::size_t most_bytes)
    : most_blocks_(std::max<std::size_t>(1, most_bytes / block_size)) {}

RecentLines::Place RecentLines::add(std::string_view line, Place before) {
  line = line.substr(0, longest_line);
  const auto size = sizeof(Head) + line.size();
  if (filled_ + size > block_size) {
    if (blocks_.size() == most_blocks_) {
      dropped_ += blocks_.front().lines;
      blocks_.push_back({std::move(blocks_.front().bytes), 0});
      blocks_.pop_front();
      ++first_;
    } else {
      blocks_.push_back({std::make_unique_for_overwrite<char[]>(block_size), 0});  // NOLINT
    }
    filled_ = 0;
  }
  auto& block = blocks_.back();
  const Head head{before, static_cast<std::uint32_t>(line.size())};
  std::memcpy(block.bytes.get() + filled_, &head, sizeof head);
  std::memcpy(block.bytes.get() + filled_ + sizeof head, line.data(), line.size());
  ++block.lines;
  const auto place = ((first_ + blocks_.size() - 1) << offset_bits | filled_) + 1;
  filled_ += size;
  return place;
}

const char* RecentLines::find(Place place) const {
  const auto number = (place - 1) >> offset_bits;
  return number < first_ ? nullptr
                         : blocks_[number - first_].bytes.get() + ((place - 1) & (block_size - 1));
}

RecentLines::Story RecentLines::story(Place latest, std::size_t most) const {
  Story out;
  for (auto place = latest; place != 0 && out.lines.size() < most;) {
    const auto* const at = find(place);
    if (at == nullptr) {
      out.is_whole = false;
      break;
    }
    Head head;
    std::memcpy(&head, at, sizeof head);
    out.lines.emplace_back(at + sizeof head, head.length);
    place = head.before;
  }
  std::ranges::reverse(out.lines);
  return out;
}

}  // namespace spranga::guard
