#include "guard/logs/start_place.h"

#include <unistd.h>

#include <algorithm>
#include <string>

namespace spranga::guard {

namespace {

constexpr std::uint64_t near_enough = 64UL * 1024;

struct DatedPlace {
  std::uint64_t offset;  // where the line begins
  ban::Instant at;
};

/// The first dated line that begins behind `middle`, within near_enough bytes.
template <class DateOfLine>
std::optional<DatedPlace> dated_line_behind(int fd,
                                            std::uint64_t middle,
                                            const DateOfLine& date_of) {
  std::string bytes(near_enough, '\0');
  const auto count = ::pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(middle));
  bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  auto begin = bytes.find('\n');
  while (begin != std::string::npos) {
    const auto end = bytes.find('\n', ++begin);
    if (end == std::string::npos) {
      return std::nullopt;
    }
    if (const auto at = date_of(std::string_view(bytes).substr(begin, end - begin))) {
      return DatedPlace{middle + begin, *at};
    }
    begin = end;
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t find_time(
    int fd,
    std::uint64_t from,
    std::uint64_t size,
    ban::Instant since,
    const std::function<std::optional<ban::Instant>(std::string_view)>& date_of) {
  auto low = from;
  auto high = size;
  while (high > low && high - low > near_enough) {
    const auto middle = low + (high - low) / 2;
    const auto found = dated_line_behind(fd, middle, date_of);
    if (found && found->at < since && found->offset < high) {
      low = found->offset;
    } else {
      high = middle;
    }
  }
  return low;
}

bool is_place_of(const LogPlace& place,
                 const FileFacts& facts,
                 const std::string& first_line_hash,
                 PlaceMatch match) {
  const bool same_inode = place.inode != 0 && place.inode == facts.id.inode;
  if (place.offset > facts.size || (match == PlaceMatch::inode && !same_inode)) {
    return false;
  }
  if (place.first_line_md5.empty()) {
    return same_inode && (place.offset == 0 || first_line_hash.empty());
  }
  return place.first_line_md5 == first_line_hash;
}

namespace {

void take_farther(std::optional<std::uint64_t>& offset, const LogPlace& place) {
  offset = std::max(offset.value_or(0), place.offset);
}

/// Notes the place in the files that it tells of.
bool take(const LogPlace& place,
          const FoundFile* named,
          const std::vector<FoundFile>& rotations,
          PlaceMatch match,
          GoingOn& out) {
  bool any = false;
  const auto fits = [&](const FoundFile& file) {
    const bool fit = is_place_of(place, file.facts, file.first_line_hash, match);
    any = any || fit;
    return fit;
  };
  if (named != nullptr && fits(*named)) {
    take_farther(out.named, place);
  }
  for (std::size_t i = 0; i < rotations.size(); ++i) {
    if (fits(rotations[i])) {
      take_farther(out.rotations[i], place);
    }
  }
  return any;
}

/// Since when the file was empty at this place, as far as is known.
std::optional<ban::Instant> empty_since(const LogPlace& place) {
  const bool was_empty = place.inode != 0 && place.offset == 0 && place.first_line_md5.empty();
  return was_empty && place.at != ban::Instant() ? std::optional(place.at) : std::nullopt;
}

/// A copy that was made after that, of lines that were written after it; none that a person has
/// made of another rotation.
bool is_copy_since(const std::vector<FoundFile>& rotations, std::size_t which, ban::Instant at) {
  constexpr std::chrono::milliseconds tick(10);  // the kernel's clock for files is behind by one
  const auto ns = std::chrono::nanoseconds(at.time_since_epoch() - tick).count();
  const auto& [facts, first_line] = rotations[which];
  return facts.born_ns > ns && facts.changed_ns > ns &&
         (first_line.empty() ||
          std::ranges::count(rotations, first_line, &FoundFile::first_line_hash) == 1);
}

}  // namespace

GoingOn go_on(const std::vector<LogPlace>& kept,
              const FoundFile* named,
              const std::vector<FoundFile>& rotations) {
  GoingOn out;
  out.rotations.resize(rotations.size());
  std::optional<ban::Instant> unread_since;
  for (const auto& place : kept) {
    if (named != nullptr && place.inode == named->facts.id.inode) {
      unread_since = empty_since(place);  // the latest counts
    }
    const bool found = take(place, named, rotations, PlaceMatch::inode, out);
    // By the first line alone only what had the name last, or was copied and truncated: of files
    // that went long ago it says little.
    const bool was_last =
        &place == &kept.back() || (named != nullptr && place.inode == named->facts.id.inode);
    if (!found && was_last) {
      take(place, named, rotations, PlaceMatch::first_line, out);
    }
  }
  // Of an empty log a place says little: its number may have been another file's.
  if (out.named.value_or(0) > 0) {
    return out;
  }
  bool younger = false;
  for (std::size_t i = 0; i < rotations.size(); ++i) {
    auto& from = out.rotations[i];
    // The log was empty and is the same file: what was copied since was not read.
    const bool is_new = unread_since && is_copy_since(rotations, i, *unread_since);
    younger = younger || from || is_new;
    if (younger && !from) {
      from = 0;
    }
  }
  if (younger && named != nullptr) {
    out.named = 0;
  }
  return out;
}

}  // namespace spranga::guard
