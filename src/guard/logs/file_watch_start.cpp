// FileWatch: where a jail begins in a log that was not read in this life.
#include <algorithm>
#include <utility>

#include "guard/logs/file_watch.h"

namespace spranga::guard {

/// From `from` on, or where lines are younger than the jail's findtime.
std::uint64_t FileWatch::still_counts(const TrailJail& jail,
                                      int fd,
                                      std::uint64_t from,
                                      std::uint64_t size) const {
  if (!date_of_) {
    return from;
  }
  const auto since =
      std::chrono::time_point_cast<std::chrono::microseconds>(clock_.wall()) - jail.findtime;
  return find_time(
      fd, from, size, since, [&](std::string_view line) { return date_of_(jail.jail, line); });
}

/// The places that are kept for its jails are used up. Rotations that held one are read on from it,
/// and those that are younger from their beginning. Without a file at the path only they are.
FileWatch::Beginning FileWatch::begin(Trail& trail, const OpenLog* opened, Generations& seen) {
  auto& rotations = seen.rotations;
  std::vector<FoundFile> found;
  trail.older.clear();
  for (const auto& each : rotations) {
    found.push_back({each.facts, each.first_line_hash});
    if (!seen.named || !is_older(*seen.named, each.facts)) {
      trail.older.push_back(each.facts);
    }
  }
  std::optional<FoundFile> named;
  if (opened != nullptr) {
    named = FoundFile{*seen.named, first_line_hash(opened->fd.get())};
  }
  Beginning out;
  std::vector<std::vector<LogReader>> readers(rotations.size());
  for (const auto& jail : trail.jails) {
    const auto offsets = go_on_of(jail, trail.path, named ? &*named : nullptr, found);
    for (std::size_t i = 0; i < rotations.size(); ++i) {
      if (const auto from = offsets.rotations[i]) {
        const auto& file = rotations[i];
        readers[i].push_back({jail.jail,
                              trail.path,
                              still_counts(jail, file.opened.fd.get(), *from, file.facts.size)});
      }
    }
    if (named) {
      const auto size = named->facts.size;
      const auto from = offsets.named.value_or(jail.tail && starting_ ? size : 0);
      out.readers.push_back(
          {jail.jail, trail.path, still_counts(jail, opened->fd.get(), from, size)});
    }
  }
  read_rotations(trail, seen, std::move(readers), out);
  return out;
}

/// The places are used up.
GoingOn FileWatch::go_on_of(const TrailJail& jail,
                            const std::string& path,
                            const FoundFile* named,
                            const std::vector<FoundFile>& rotations) {
  const auto kept = kept_.extract(std::pair(jail.jail, path));
  return go_on(kept ? kept.mapped() : std::vector<LogPlace>(), named, rotations);
}

void FileWatch::read_rotations(Trail& trail,
                               Generations& seen,
                               std::vector<std::vector<LogReader>> readers,
                               Beginning& out) {
  for (std::size_t i = 0; i < readers.size(); ++i) {
    if (readers[i].empty()) {
      continue;
    }
    read_rotation(seen.rotations[i], std::move(readers[i]), out.behind);
    out.behind.push_back(seen.rotations[i].facts.id);
    if (!seen.named) {
      trail.last = seen.rotations[i].facts;
    }
  }
}

void FileWatch::read_rotation(Rotated& rotated,
                              std::vector<LogReader> readers,
                              const std::vector<FileId>& behind) {
  if (!logs_.has(rotated.facts.id)) {
    open_rotated(rotated, std::move(readers), behind);
    return;
  }
  for (const auto& reader : readers) {
    logs_.join(rotated.facts.id, reader);
  }
}

}  // namespace spranga::guard
