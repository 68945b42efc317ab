#include "guard/logs/open_logs.h"

#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <utility>

#include "text/escape.h"

namespace spranga::guard {

namespace {

/// File systems on which somebody else writes, and inotify does not hear of it.
bool is_written_from_elsewhere(int fd) {
  constexpr std::array<std::uint32_t, 8> kinds = {
      0x6969U,      // NFS
      0xff534d42U,  // CIFS
      0xfe534d42U,  // SMB2
      0x517bU,      // SMB
      0x65735546U,  // FUSE
      0x01021997U,  // 9P
      0x00c36400U,  // Ceph
      0x5346414fU,  // AFS
  };

  struct statfs facts {};

  return ::fstatfs(fd, &facts) == 0 &&
         std::ranges::find(kinds, static_cast<std::uint32_t>(facts.f_type)) != kinds.end();
}

}  // namespace

void OpenLogs::add(NewLog log, SteadyPoint now) {
  const auto id = log.facts.id;
  const bool unwatched = log.wd < 0 || is_written_from_elsewhere(log.fd.get());
  if (log.wd >= 0) {
    by_watch_[log.wd] = id;
  }
  logs_[id] =
      std::make_unique<Log>(Log{Tail(std::move(log.fd), log.facts, std::move(log.path), log.offset),
                                log.wd,
                                std::move(log.readers),
                                std::move(log.behind),
                                now,
                                log.starting,
                                log.rotated,
                                unwatched,
                                false,
                                false,
                                true,
                                {}});
  mark(id);
}

const Tail* OpenLogs::tail_of(FileId id) const {
  const auto found = logs_.find(id);
  return found == logs_.end() ? nullptr : &found->second->tail;
}

void OpenLogs::join(FileId id, const LogReader& reader) {
  auto& log = *logs_.at(id);
  const bool reads = std::ranges::any_of(
      log.readers, [&](const auto& other) { return other.jail == reader.jail; });
  if (reads) {
    return;
  }
  const auto here = log.tail.place().offset;
  if (reader.from < here) {
    for (auto& other : log.readers) {
      other.from = std::max(other.from, here);
    }
    log.tail.go_back(reader.from);
  }
  log.readers.push_back(reader);
  log.gated = true;
  mark(id);
}

void OpenLogs::mark(FileId id) {
  const auto found = logs_.find(id);
  if (found != logs_.end() && !found->second->ready) {
    found->second->ready = true;
    ready_.push_back(id);
  }
}

void OpenLogs::mark_all() {
  for (const auto& [id, log] : logs_) {
    mark(id);
  }
}

void OpenLogs::mark_unwatched() {
  for (const auto& [id, log] : logs_) {
    if (log->unwatched) {
      mark(id);
    }
  }
}

std::optional<FileId> OpenLogs::id_of(int wd) const {
  const auto found = by_watch_.find(wd);
  return found == by_watch_.end() ? std::nullopt : std::optional(found->second);
}

void OpenLogs::set_rotated(FileId id, bool rotated, SteadyPoint now) {
  const auto found = logs_.find(id);
  if (found != logs_.end() && found->second->rotated != rotated) {
    found->second->rotated = rotated;
    found->second->grown = now;
    mark(id);
  }
}

void OpenLogs::go_on_anew(FileId id) {
  auto& log = *logs_.at(id);
  log.tail.start_over();
  for (auto& reader : log.readers) {
    reader.from = 0;
  }
  log.gated = true;
  mark(id);
}

void OpenLogs::wait_for(FileId id, const std::vector<FileId>& behind) {
  auto& waiting = logs_.at(id)->behind;
  waiting.insert(waiting.end(), behind.begin(), behind.end());
}

bool OpenLogs::must_wait(Log& log) const {
  std::erase_if(log.behind, [this](FileId id) {
    const auto found = logs_.find(id);
    return found == logs_.end() || !found->second->ready;
  });
  return !log.behind.empty();
}

std::vector<FileId> OpenLogs::turn(SteadyPoint now, LineSink& sink) {
  std::vector<FileId> truncated;
  std::size_t waited = 0;
  for (std::size_t bytes = 0; bytes < bytes_a_turn && waited < ready_.size(); bytes += piece) {
    const auto id = ready_.front();
    ready_.pop_front();
    const auto found = logs_.find(id);
    if (found == logs_.end()) {
      continue;
    }
    auto& log = *found->second;
    if (must_wait(log)) {
      ++waited;
      log.behind_since = log.behind_since.value_or(now);
      ready_.push_back(id);
      continue;
    }
    waited = 0;
    log.ready = false;
    const auto step = read(log, now, sink);
    const bool failed = std::exchange(log.failed, !step);
    if (!step) {
      if (!failed) {
        sink.on_note({LiveEvent::unreadable, step.error().detail, 0});
      }
      end_start(log, sink, true);
    } else if (*step == Tail::Step::truncated) {
      truncated.push_back(id);
    } else if (*step == Tail::Step::more) {
      log.behind_since = log.behind_since.value_or(now);
      mark(id);
    } else {
      log.behind_since.reset();
      end_start(log, sink, false);
    }
  }
  close_oldest(sink);
  return truncated;
}

/// Of too many that have been rotated away those that were quiet the longest.
void OpenLogs::close_oldest(LineSink& sink) {
  std::vector<std::pair<SteadyPoint, FileId>> rotated;
  for (const auto& [id, log] : logs_) {
    if (log->rotated) {
      rotated.emplace_back(log->grown, id);
    }
  }
  if (rotated.size() <= most_rotated) {
    return;
  }
  std::ranges::sort(rotated);
  rotated.resize(rotated.size() - most_rotated);
  for (const auto& [grown, id] : rotated) {
    if (!logs_.at(id)->ready) {
      close(id, &sink);
    }
  }
}

Result<Tail::Step> OpenLogs::read(Log& log, SteadyPoint now, LineSink& sink) {
  const auto before = log.tail.fingerprint().offset;
  auto step = log.tail.read(
      buffer_,
      [&](std::string_view text, const LogPlace& after) { give(log, text, after, sink); },
      [&](std::string_view lines, std::uint64_t begin, const LogPlace& after) {
        return give_block(log, lines, begin, after, sink);
      });
  if (log.tail.fingerprint().offset != before) {
    log.grown = now;
  }
  return step;
}

void OpenLogs::give(Log& log, std::string_view text, const LogPlace& after, LineSink& sink) {
  find_jails(log, after.offset);
  if (!log.jails.empty()) {
    sink.on_line({text, std::nullopt, log.jails, log.starting, after});
  }
}

/// False: some jail gets not all of these lines.
bool OpenLogs::give_block(
    Log& log, std::string_view lines, std::uint64_t begin, const LogPlace& after, LineSink& sink) {
  find_jails(log, begin + 1);  // behind the block's first byte: of its first line
  if (log.gated) {
    return false;
  }
  if (!log.jails.empty()) {
    sink.on_block({lines, log.jails, log.starting, after});
  }
  return true;
}

/// Who is given a line that ends at `offset`.
void OpenLogs::find_jails(Log& log, std::uint64_t offset) {
  if (!log.gated) {
    return;
  }
  log.jails.clear();
  log.gated = false;
  for (const auto& reader : log.readers) {
    if (offset > reader.from) {
      log.jails.push_back(reader.jail);
    } else {
      log.gated = true;
    }
  }
}

/// A log that was found empty keeps a jail from its work only where all its logs were.
bool OpenLogs::is_starting(std::size_t jail) const {
  bool one_was_empty = false;
  bool one_was_not = false;
  for (const auto& [id, log] : logs_) {
    if (std::ranges::count(log->readers, jail, &LogReader::jail) == 0) {
      continue;
    }
    if (log->starting && !log->was_empty) {
      return true;
    }
    (log->starting ? one_was_empty : one_was_not) = true;
  }
  return one_was_empty && !one_was_not;
}

void OpenLogs::end_start(Log& log, LineSink& sink, bool gone) {
  if (!log.starting) {
    return;
  }
  log.was_empty = !gone && log.tail.place().offset == 0;
  log.starting = log.was_empty;
  std::vector<std::size_t> ended;
  for (const auto& reader : log.readers) {
    if (!is_starting(reader.jail)) {
      ended.push_back(reader.jail);
    }
  }
  if (!ended.empty()) {
    sink.on_end(ended);
  }
}

void OpenLogs::expire(SteadyPoint now, LineSink& sink) {
  std::vector<FileId> done;
  for (const auto& [id, log] : logs_) {
    if (!log->rotated || log->ready) {
      continue;
    }
    const auto facts = facts_of(log->tail.fd(), log->tail.place().path);
    const auto quiet =
        facts && facts->names > 0 ? std::chrono::seconds(quiet_with_name) : quiet_without_name;
    if (facts && facts->size != log->tail.fingerprint().offset) {
      mark(id);
    } else if (now - log->grown >= quiet) {
      done.push_back(id);
    }
  }
  for (const auto id : done) {
    close(id, &sink);
  }
}

void OpenLogs::close(FileId id, LineSink* sink) {
  const auto found = logs_.find(id);
  auto& log = *found->second;
  if (sink != nullptr) {
    log.tail.finish(
        [&](std::string_view text, const LogPlace& after) { give(log, text, after, *sink); });
    end_start(log, *sink, true);
  }
  closed_.push_back({id, log.tail.fingerprint(), log.tail.place().offset});
  if (closed_.size() > most_remembered) {
    closed_.pop_front();
  }
  if (log.wd >= 0) {
    by_watch_.erase(log.wd);
    files_.forget(log.wd);
  }
  logs_.erase(found);
}

void OpenLogs::close_unread() {
  std::vector<FileId> unread;
  for (const auto& [id, log] : logs_) {
    if (log->readers.empty()) {
      unread.push_back(id);
    }
  }
  for (const auto id : unread) {
    close(id, nullptr);
  }
}

std::optional<std::uint64_t> OpenLogs::remembered(FileId id, int fd) const {
  const auto found = std::find_if(closed_.rbegin(), closed_.rend(), [&](const Closed& each) {
    return each.id == id && continues(fd, each.print);
  });
  return found == closed_.rend() ? std::nullopt : std::optional(found->offset);
}

bool OpenLogs::has_unwatched() const {
  return std::ranges::any_of(logs_, [](const auto& each) { return each.second->unwatched; });
}

bool OpenLogs::has_rotated() const {
  return std::ranges::any_of(logs_, [](const auto& each) { return each.second->rotated; });
}

std::vector<LogLag> OpenLogs::lags(SteadyPoint now) const {
  std::vector<LogLag> out;
  for (const auto& [id, log] : logs_) {
    const auto& path = log->tail.place().path;
    const auto facts = facts_of(log->tail.fd(), path);
    const auto read = log->tail.fingerprint().offset;
    if (facts && facts->size > read) {
      out.push_back({path,
                     facts->size - read,
                     std::chrono::duration_cast<std::chrono::milliseconds>(
                         now - log->behind_since.value_or(now))});
    }
  }
  return out;
}

std::vector<LogReader> OpenLogs::readers_of(FileId id) const {
  const auto found = logs_.find(id);
  return found == logs_.end() ? std::vector<LogReader>() : found->second->readers;
}

std::vector<JailPlace> OpenLogs::positions() const {
  std::vector<JailPlace> out;
  for (const bool rotated : {true, false}) {
    for (const auto& [id, log] : logs_) {
      for (const auto& reader : log->rotated == rotated ? log->readers : std::vector<LogReader>()) {
        out.push_back({reader.jail, log->tail.place()});
        out.back().place.path = reader.path;
        out.back().place.offset = std::max(out.back().place.offset, reader.from);
      }
    }
  }
  return out;
}

}  // namespace spranga::guard
