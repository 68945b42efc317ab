// FileWatch: logs that are copied and then truncated. What was not read before the truncation is in
// the copy; a generation of which nothing was read is in its copy altogether.
#include <algorithm>
#include <utility>

#include "guard/logs/file_watch.h"
#include "guard/logs/log_names.h"

namespace spranga::guard {

namespace {

bool is_known(const Trail& trail, const FileFacts& facts) {
  return std::ranges::any_of(trail.older, [&](const FileFacts& other) {
    return other.id == facts.id && other.born_ns == facts.born_ns;
  });
}

/// Unpacked or brought here from elsewhere.
bool is_old_file(const Trail& trail, const FileFacts& facts) {
  constexpr std::chrono::seconds coarse(1);  // the kernel's clock for files
  const auto begun = std::chrono::duration_cast<std::chrono::nanoseconds>(
      (trail.begun - coarse).time_since_epoch());
  return facts.changed_ns < begun.count();
}

}  // namespace

void FileWatch::truncated(FileId id) {
  const auto* tail = logs_.tail_of(id);
  const auto print = tail->fingerprint();
  const auto place = tail->place();
  const auto unread = tail->unread();
  note(LiveEvent::truncated, place.path + " was truncated and begins anew");
  const auto trail = trails_.find(place.path);
  if (trail != trails_.end()) {
    trail->second.unread = trail->second.unread || trail->second.current == id;
    logs_.go_on_anew(id);
    const auto copies = read_copies(trail->second, id, print, place.offset);
    if (unread > 0 && copies.empty() && !maybe_copied_.contains(place.path)) {
      note(LiveEvent::lost,
           place.path + ": " + std::to_string(unread) +
               " bytes were not read before it was truncated, and there is no copy of them");
    }
    logs_.wait_for(id, copies);
    trail->second.begun = clock_.wall();
    return;
  }
  logs_.go_on_anew(id);
}

/// Whether it may be a copy of what is being read, or of what the file holds by now and is to be
/// read next (`first_line`), or one that is not made to its end.
bool FileWatch::may_be_of(const Rotated& rotated,
                          const std::string& first_line,
                          const Fingerprint& being_read) {
  const auto& hash = rotated.first_line_hash;
  return hash.empty() || hash == first_line ||
         (being_read.offset > 0 && hash == being_read.first_line_hash);
}

/// Of the content before the last truncation, which `print` tells, `offset` bytes were read.
/// Without a truncation `print` is empty: then what has the name was unread when a copy came.
std::vector<FileId> FileWatch::read_copies(Trail& trail,
                                           FileId of,
                                           const Fingerprint& print,
                                           std::uint64_t offset) {
  auto seen = generations_of(files_, trail.path);
  const auto first_line = first_line_hash(logs_.tail_of(of)->fd());
  const auto being_read = logs_.tail_of(of)->fingerprint();
  const bool told_apart = being_read.offset > 0 && !being_read.first_line_hash.empty() &&
                          being_read.first_line_hash == first_line;
  const auto readers = logs_.readers_of(of);
  std::vector<FileId> behind;
  std::vector<FileFacts> older;
  for (auto& each : seen.rotations) {
    if (is_known(trail, each.facts) || is_old_file(trail, each.facts) || logs_.has(each.facts.id)) {
      older.push_back(each.facts);
      continue;
    }
    const bool rest = continues(each.opened.fd.get(), print);
    if (!rest && may_be_of(each, first_line, being_read)) {
      if (!told_apart) {
        maybe_copied_.insert(trail.path);
      }
      continue;
    }
    older.push_back(each.facts);
    auto its_readers = readers;
    for (auto& reader : its_readers) {
      reader.from = rest ? std::max(reader.from, offset) : 0;
    }
    if (!its_readers.empty()) {
      open_rotated(each, std::move(its_readers), behind);
      behind.push_back(each.facts.id);
    }
  }
  release(seen);
  trail.older = std::move(older);
  return behind;
}

/// A name came that rotation may have given to a copy.
void FileWatch::note_copies(const std::string& path) {
  for (const auto& [name, trail] : trails_) {
    if (trail.current && trail.unread && is_rotation_of(name, path)) {
      maybe_copied_.insert(name);
    }
  }
}

void FileWatch::look_for_copies() {
  for (const auto& path : std::exchange(maybe_copied_, {})) {
    const auto found = trails_.find(path);
    if (found != trails_.end() && found->second.current) {
      const auto behind = read_copies(found->second, *found->second.current, {}, 0);
      logs_.wait_for(*found->second.current, behind);
    }
  }
}

/// All that was told by now was told of files that were unread until then.
void FileWatch::note_read() {
  for (auto& [path, trail] : trails_) {
    const auto* tail = trail.unread && trail.current ? logs_.tail_of(*trail.current) : nullptr;
    if (tail != nullptr && tail->fingerprint().offset > 0) {
      trail.unread = false;
    }
  }
}

}  // namespace spranga::guard
