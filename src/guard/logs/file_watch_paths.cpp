// FileWatch: from globs to paths.
#include <algorithm>

#include "guard/logs/file_watch.h"
#include "guard/logs/log_names.h"

namespace spranga::guard {

void FileWatch::rescan() {
  // First: what comes from here on is told. What came into a folder just before it was watched is
  // told by nobody, so it is asked again for what there is.
  constexpr int deepest = 32;
  for (int depth = 0; folders_.want(wanted_folders()) && depth < deepest; ++depth) {
  }
  find_paths();
  for (auto& [path, trail] : trails_) {
    look(trail);
  }
}

std::set<std::string> FileWatch::wanted_folders() const {
  std::set<std::string> out;
  for (const auto& wish : wishes_) {
    for (auto& folder : folders_to(wish.pattern)) {
      if (!has_glob(folder)) {
        out.insert(std::move(folder));
      } else if (const auto found = files_.expand(folder)) {
        out.insert(found->begin(), found->end());
      }
    }
  }
  return out;
}

void FileWatch::find_paths() {
  std::set<std::string> paths;
  for (const auto& wish : wishes_) {
    if (!has_glob(wish.pattern)) {
      paths.insert(wish.pattern);
      continue;
    }
    const auto found = files_.expand(wish.pattern);
    if (!found) {
      note(LiveEvent::unreadable, found.error().detail);
      continue;
    }
    paths.insert(found->begin(), found->end());
  }
  for (const auto& [jail_and_path, places] : kept_) {
    paths.insert(jail_and_path.second);
  }
  for (const auto& path : paths) {
    static_cast<void>(trail_at(path));
  }
}

/// The trail of a path that a wish names, made if need be; else null.
Trail* FileWatch::trail_at(const std::string& path) {
  const auto found = trails_.find(path);
  if (found != trails_.end()) {
    return &found->second;
  }
  Trail trail;
  trail.path = path;
  set_jails(trail);
  // What rotation has named is no log that comes: its lines were read under its old name.
  const auto is_kept = [this](const std::string& each) {
    return std::ranges::any_of(kept_, [&](const auto& kept) { return kept.first.second == each; });
  };
  const bool rotated = std::ranges::any_of(trails_, [&](const auto& other) {
    return is_rotation_of(other.first, path) && (other.second.last || is_kept(other.first));
  });
  if (trail.jails.empty() || (rotated && !trail.literal && !is_kept(path))) {
    return nullptr;
  }
  if (trails_.size() >= most_paths) {
    if (!limit_told_) {
      note(LiveEvent::limit,
           path + " is not read: more than " + std::to_string(most_paths) + " logs are named");
    }
    limit_told_ = true;
    return nullptr;
  }
  return &trails_.emplace(path, std::move(trail)).first->second;
}

void FileWatch::set_jails(Trail& trail) {
  trail.jails.clear();
  trail.literal = false;
  for (const auto& wish : wishes_) {
    const bool literal = wish.pattern == trail.path;
    const bool known = std::ranges::any_of(
        trail.jails, [&](const TrailJail& other) { return other.jail == wish.jail; });
    if (literal || glob_names(wish.pattern, trail.path)) {
      trail.literal = trail.literal || literal;
      if (!known) {
        trail.jails.push_back({wish.jail, wish.tail, wish.findtime});
      }
    }
  }
}

/// After a reload: who does not read a path any more, and who does now.
void FileWatch::forget_unwanted() {
  for (auto at = trails_.begin(); at != trails_.end();) {
    auto& trail = at->second;
    const auto before = trail.jails;
    set_jails(trail);
    if (trail.jails.empty()) {
      at = trails_.erase(at);
      continue;
    }
    std::vector<TrailJail> added;
    std::ranges::copy_if(trail.jails, std::back_inserter(added), [&](const TrailJail& jail) {
      return std::ranges::find(before, jail.jail, &TrailJail::jail) == before.end();
    });
    if (trail.current && !added.empty()) {
      trail.current.reset();  // the next look finds them a beginning
      trail.last.reset();
    }
    ++at;
  }
  logs_.keep_readers([this](const LogReader& reader) {
    const auto trail = trails_.find(reader.path);
    return trail != trails_.end() &&
           std::ranges::find(trail->second.jails, reader.jail, &TrailJail::jail) !=
               trail->second.jails.end();
  });
}

/// What a glob has found once, and is gone for good.
void FileWatch::forget_vanished() {
  std::erase_if(trails_, [this](const auto& each) {
    const auto& trail = each.second;
    return !trail.literal && !trail.current && (!trail.last || !logs_.has(trail.last->id));
  });
  limit_told_ = limit_told_ && trails_.size() >= most_paths;
}

}  // namespace spranga::guard
