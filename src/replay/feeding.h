// Feeding: which files go to which jails. Names only; nothing is opened.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ban/jail_spec.h"

namespace spranga::replay {

/// What can be told of a FILE before it is read.
struct FileName {
  std::string given;     // as on the command line; "-": standard input
  std::string absolute;  // for comparing with logpath
  std::string real;      // links followed; "" where that is the same
  bool is_journal{false};
};

struct Feeding {
  /// For each file the jails that read it, as places in the list, ascending.
  std::vector<std::vector<std::size_t>> jails_of;
  /// Files that no jail's logpath names: all jails read them.
  std::vector<std::string> matched_by_none;
};

/// The file itself and what it was before it was rotated: less .N, -DATE, .gz, .xz, .zst, .bz2.
[[nodiscard]] std::vector<std::string> names_before_rotation(const std::string& path);

/// Whether a logpath (a glob, as Python's) names the file or what it was before.
[[nodiscard]] bool logpath_names(const ban::JailSpec& jail, const std::string& path);

/// Whether the jail reads the journal.
[[nodiscard]] bool reads_journal(const ban::JailSpec& jail);

/// `chosen`: with --jail, and these jails read every file.
[[nodiscard]] Feeding feed_jails(const std::vector<ban::JailSpec>& jails,
                                 const std::vector<FileName>& files,
                                 bool chosen);

}  // namespace spranga::replay
