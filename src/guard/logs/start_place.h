// Where reading begins: at the place that was kept, else at the first line that still counts.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "guard/logs/live_source.h"
#include "guard/logs/tail.h"

namespace spranga::guard {

/// The date of a line as the jail's filter reads it; nullopt where it has none. May be asked of any
/// line in any order.
using DateOf = std::function<std::optional<ban::Instant>(std::size_t jail, std::string_view line)>;

/// The offset of a line at or shortly before the first that is not older than `since`, by halving
/// [from, size). Lines without a date count as older ones nearby. `from` where the log is short.
[[nodiscard]] std::uint64_t find_time(
    int fd,
    std::uint64_t from,
    std::uint64_t size,
    ban::Instant since,
    const std::function<std::optional<ban::Instant>(std::string_view)>& date_of);

/// How surely a place and a file belong together.
enum class PlaceMatch {
  inode,       // by inode and first line
  first_line,  // by the first line alone: copied, moved from elsewhere, or a place of fail2ban's
};

/// Whether a file is the one of which `place` tells, and still holds what was read.
[[nodiscard]] bool is_place_of(const LogPlace& place,
                               const FileFacts& facts,
                               const std::string& first_line_hash,
                               PlaceMatch match);

/// A file as it was found.
struct FoundFile {
  FileFacts facts;
  std::string first_line_hash;
};

/// Where a jail goes on; nullopt: nowhere, or not known.
struct GoingOn {
  std::optional<std::uint64_t> named;  // in the file that has the name
  std::vector<std::optional<std::uint64_t>> rotations;
};

/// By the places kept for one jail and path: the farthest in each file; rotations that are younger
/// than one that was read, or than a place at which what has the name was empty, are read whole,
/// and so is what has the name then. `rotations` are sorted by age, `named` is null where nothing
/// has the name.
[[nodiscard]] GoingOn go_on(const std::vector<LogPlace>& kept,
                            const FoundFile* named,
                            const std::vector<FoundFile>& rotations);

}  // namespace spranga::guard
