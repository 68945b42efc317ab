#include "guard/logs/file_watch.h"

#include <sys/inotify.h>

#include <algorithm>
#include <utility>

#include "guard/logs/log_names.h"
#include "text/escape.h"

namespace spranga::guard {

namespace {

constexpr std::size_t longest_note = 1000;
constexpr std::size_t most_notes = 1000;  // that wait for a turn

}  // namespace

FileWatch::FileWatch(LogFiles& files, const Clock& clock, DateOf date_of)
    : files_(files),
      clock_(clock),
      date_of_(std::move(date_of)),
      folders_(files),
      logs_(files),
      now_(clock.now()),
      next_unwatched_(now_ + unwatched_every),
      next_rescan_(now_ + rescan_every) {}

void FileWatch::follow(std::vector<LogWish> wishes, const std::vector<JailPlace>& kept) {
  now_ = clock_.now();
  wishes_ = std::move(wishes);
  for (auto& wish : wishes_) {
    wish.pattern = tidy_path(wish.pattern);
  }
  for (const auto& each : kept) {
    if (each.place.cursor.empty() && !each.place.path.empty()) {
      kept_[{each.jail, tidy_path(each.place.path)}].push_back(each.place);
    }
  }
  forget_unwanted();
  starting_ = true;
  rescan();
  starting_ = false;
  for (const auto& wish : wishes_) {
    const bool told = std::ranges::find(ended_, wish.jail) != ended_.end();
    if (!told && !logs_.is_starting(wish.jail)) {
      ended_.push_back(wish.jail);
    }
  }
}

SteadyPoint FileWatch::next_turn(SteadyPoint now) const {
  if (logs_.has_more() || more_events_ || !to_look_at_.empty() || !notes_.empty() ||
      !ended_.empty()) {
    return now;
  }
  const bool every_second = logs_.has_unwatched() || logs_.has_rotated();
  return every_second ? std::min(next_unwatched_, next_rescan_) : next_rescan_;
}

void FileWatch::turn(SteadyPoint now, LineSink& sink) {
  now_ = now;
  handle_events();
  look_by_clock(now, sink);
  for (const auto& each : std::exchange(notes_, {})) {
    sink.on_note(each);
  }
  if (const auto ended = std::exchange(ended_, {}); !ended.empty()) {
    sink.on_end(ended);
  }
  for (const auto id : logs_.turn(now, sink)) {
    truncated(id);
  }
  look_for_copies();
}

void FileWatch::look_by_clock(SteadyPoint now, LineSink& sink) {
  if (now >= next_rescan_) {
    next_rescan_ = now + rescan_every;
    forget_vanished();
    rescan();
    logs_.mark_all();
  }
  if (now >= next_unwatched_) {
    next_unwatched_ = now + unwatched_every;
    if (logs_.has_unwatched()) {
      logs_.mark_unwatched();
      for (auto& [path, trail] : trails_) {
        look(trail);
      }
    }
    logs_.expire(now, sink);
  }
}

void FileWatch::handle_events() {
  const auto events = read_events(files_.events());
  if (!events) {
    note(LiveEvent::unreadable, events.error().detail);
    all_anew_ = true;
  } else {
    more_events_ = events->more;
    all_anew_ = all_anew_ || events->lost;
    for (const auto& event : events->list) {
      handle(event);
    }
    if (!events->more) {
      note_read();
    }
  }
  if (std::exchange(all_anew_, false)) {
    to_look_at_.clear();
    rescan();
    logs_.mark_all();
  }
  for (const auto& path : std::exchange(to_look_at_, {})) {
    if (auto* trail = trail_at(path)) {
      look(*trail);
    }
  }
}

void FileWatch::handle(const FileEvent& event) {
  constexpr std::uint32_t own_name = IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF;
  if (const auto id = logs_.id_of(event.wd)) {
    logs_.mark(*id);
    if ((event.mask & own_name) != 0) {
      for (const auto& [path, trail] : trails_) {
        if (trail.current == id) {
          to_look_at_.insert(path);
        }
      }
    }
    return;
  }
  const auto folders = folders_.folders_of(event.wd);
  constexpr std::uint32_t folder_went = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT;
  if (!folders.empty() && (event.mask & folder_went) != 0) {
    all_anew_ = true;
  }
  for (const auto& folder : event.name.empty() ? std::vector<std::string>() : folders) {
    handle_name((folder == "/" ? "" : folder) + "/" + event.name,
                (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0);
  }
}

void FileWatch::handle_name(const std::string& path, bool is_new) {
  const auto names = [&](const LogWish& wish) { return glob_names(wish.pattern, path); };
  if (trails_.contains(path) || (is_new && std::ranges::any_of(wishes_, names))) {
    to_look_at_.insert(path);
  }
  if (is_new) {
    note_copies(path);
  }
  all_anew_ = all_anew_ || std::ranges::any_of(wishes_, [&](const LogWish& wish) {
                return may_watch({wish.pattern}, path);
              });
}

void FileWatch::note(LiveEvent event, const std::string& text) {
  if (notes_.size() < most_notes) {
    notes_.push_back({event, text::escape_clipped(text, longest_note), 0});
  }
}

std::vector<JailPlace> FileWatch::current() const {
  auto out = positions();
  std::erase_if(out, [this](const JailPlace& each) {
    const auto trail = trails_.find(each.place.path);
    return trail == trails_.end() ||
           trail->second.current != FileId{each.place.device, each.place.inode};
  });
  return out;
}

}  // namespace spranga::guard
