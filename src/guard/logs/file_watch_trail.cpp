// FileWatch: the files that have a path's name one after the other.
#include <algorithm>
#include <iterator>
#include <utility>

#include "guard/logs/file_watch.h"

namespace spranga::guard {

namespace {

/// Whether it was a rotation already, or is a copy of what has had the name last.
bool was_there(const Trail& trail, const Rotated& rotated) {
  const bool copy =
      !trail.last_first_line.empty() && rotated.first_line_hash == trail.last_first_line;
  return copy || std::ranges::any_of(trail.older, [&](const FileFacts& facts) {
           return facts.id == rotated.facts.id && facts.born_ns == rotated.facts.born_ns;
         });
}

/// Brought here from elsewhere, or unpacked: its lines are older than what has had the name.
bool is_from_before(const FileFacts& facts, const FileFacts& last) {
  return (facts.born_ns != 0 && facts.born_ns < last.born_ns) || facts.changed_ns < last.born_ns;
}

}  // namespace

/// What has the name now?
void FileWatch::look(Trail& trail) {
  constexpr int most_looks = 5;
  for (int looks = 0; looks < most_looks; ++looks) {
    auto opened = files_.open(trail.path, true);
    if (!opened) {
      vanish(trail, opened.error());
      return;
    }
    const auto facts = facts_of(opened->fd.get(), trail.path);
    if (!facts) {
      note(LiveEvent::unreadable, facts.error().detail);
      release(*opened);
      return;
    }
    trail.trouble.clear();
    if (trail.current == facts->id) {
      logs_.mark(facts->id);
      return;
    }
    auto seen = generations_of(files_, trail.path);
    if (seen.named && seen.named->id == facts->id) {
      adopt(trail, std::move(*opened), *facts, seen);
      release(seen);
      return;
    }
    release(seen);
    release(*opened);  // it has lost the name meanwhile
  }
  to_look_at_.insert(trail.path);
}

void FileWatch::release(const Generations& seen) {
  for (const auto& each : seen.rotations) {
    release(each.opened);
  }
}

/// A watch that was made for a file which nobody reads.
void FileWatch::release(const OpenLog& opened) {
  if (opened.wd >= 0 && !logs_.id_of(opened.wd)) {
    files_.forget(opened.wd);
  }
}

bool FileWatch::is_current(FileId id) const {
  return std::ranges::any_of(trails_,
                             [id](const auto& trail) { return trail.second.current == id; });
}

void FileWatch::vanish(Trail& trail, const Error& why) {
  const bool gone = why.code == Errc::not_found;
  if (trail.current) {
    lose_name(trail);
    if (gone) {
      note(LiveEvent::gone, trail.path + " is gone");
    }
  } else if (!trail.last) {
    auto seen = generations_of(files_, trail.path);
    static_cast<void>(begin(trail, nullptr, seen));
    release(seen);
  }
  if (!gone && trail.trouble != why.detail) {
    note(LiveEvent::unreadable, why.detail);
  }
  trail.trouble = gone ? "" : why.detail;
}

void FileWatch::lose_name(Trail& trail) {
  const auto id = *std::exchange(trail.current, std::nullopt);
  if (const auto* tail = logs_.tail_of(id)) {
    trail.last_print = tail->fingerprint();
    trail.last_first_line = tail->place().first_line_md5;
    trail.last_offset = tail->place().offset;
  }
  if (!is_current(id)) {
    logs_.set_rotated(id, true, now_);
  }
}

void FileWatch::adopt(Trail& trail, OpenLog opened, const FileFacts& facts, Generations& seen) {
  const auto id = facts.id;
  const bool had_name = trail.current.has_value();
  if (had_name) {
    lose_name(trail);
  }
  const bool succeeds = trail.last.has_value();
  Beginning beginning;
  if (!succeeds) {
    beginning = begin(trail, &opened, seen);
    note(LiveEvent::found, trail.path + " is read");
  } else {
    beginning.behind = read_between(trail, seen);
    auto from = logs_.remembered(id, opened.fd.get());
    if (!from && continues(opened.fd.get(), trail.last_print)) {
      from = trail.last_offset;  // written anew with what it had, as editors do
    }
    for (const auto& jail : trail.jails) {
      beginning.readers.push_back({jail.jail, trail.path, from.value_or(0)});
    }
    note(LiveEvent::rotated, trail.path + " has a successor");
  }
  trail.current = id;
  trail.last = facts;
  trail.unread = true;
  trail.begun = clock_.wall();
  if (logs_.has(id)) {
    logs_.set_rotated(id, false, now_);
    for (const auto& reader : beginning.readers) {
      logs_.join(id, reader);
    }
    return;
  }
  const auto first = std::ranges::min_element(beginning.readers, {}, &LogReader::from);
  logs_.add({std::move(opened.fd),
             opened.wd,
             facts,
             trail.path,
             first == beginning.readers.end() ? 0 : first->from,
             beginning.readers,
             !succeeds,
             false,
             std::move(beginning.behind)},
            now_);
}

/// Files that had the name between the last one that was seen and this one. All that are to be read
/// before it.
std::vector<FileId> FileWatch::read_between(Trail& trail, Generations& seen) {
  std::vector<FileId> behind{trail.last->id};
  for (auto& each : seen.rotations) {
    const auto id = each.facts.id;
    if (logs_.has(id)) {
      behind.push_back(id);
      continue;
    }
    if (was_there(trail, each) || is_from_before(each.facts, *trail.last) ||
        logs_.remembered(id, each.opened.fd.get())) {
      continue;
    }
    std::vector<LogReader> readers;
    for (const auto& jail : trail.jails) {
      readers.push_back({jail.jail, trail.path, 0});
    }
    open_rotated(each, std::move(readers), behind);
    behind.push_back(id);
  }
  trail.older.clear();
  for (const auto& each : seen.rotations) {
    trail.older.push_back(each.facts);
  }
  return behind;
}

void FileWatch::open_rotated(Rotated& rotated,
                             std::vector<LogReader> readers,
                             const std::vector<FileId>& behind) {
  NewLog log;
  log.fd = std::move(rotated.opened.fd);
  log.wd = rotated.opened.wd;
  log.facts = rotated.facts;
  log.path = readers.front().path;
  log.offset = std::ranges::min_element(readers, {}, &LogReader::from)->from;
  log.readers = std::move(readers);
  log.starting = log.offset == 0;
  log.rotated = true;
  log.behind = behind;
  logs_.add(std::move(log), now_);
}

}  // namespace spranga::guard
