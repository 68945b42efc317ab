#include "replay/feeding.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <optional>

#include "text/ascii.h"

namespace spranga::replay {

namespace {

constexpr std::array<std::string_view, 6> packed_endings = {
    ".gz", ".xz", ".zst", ".bz2", ".lzma", ".Z"};

/// Without one ending that rotation gave it; nullopt where there is none.
std::optional<std::string> unrotated(const std::string& path) {
  for (const auto ending : packed_endings) {
    if (path.ends_with(ending)) {
      return path.substr(0, path.size() - ending.size());
    }
  }
  const auto mark = path.find_last_of(".-");
  if (mark == std::string::npos || mark == 0 || mark + 1 == path.size()) {
    return std::nullopt;
  }
  const auto tail = std::string_view(path).substr(mark + 1);
  if (!std::ranges::all_of(tail, text::is_digit)) {
    return std::nullopt;
  }
  constexpr std::size_t year_month = 6;  // -202611, -20261124, -1763999733; but no -2 of a name
  const bool is_rotation = path[mark] == '.' || tail.size() >= year_month;
  if (is_rotation) {
    return path.substr(0, mark);
  }
  // logrotate's -%Y-%m-%d
  constexpr std::string_view dashed = "-dddd-dd-dd";
  if (path.size() <= dashed.size()) {
    return std::nullopt;
  }
  const auto date = std::string_view(path).substr(path.size() - dashed.size());
  const bool is_date = std::ranges::equal(date, dashed, [](char have, char want) {
    return want == 'd' ? text::is_digit(have) : have == want;
  });
  return is_date ? std::optional(path.substr(0, path.size() - dashed.size())) : std::nullopt;
}

}  // namespace

std::vector<std::string> names_before_rotation(const std::string& path) {
  std::vector<std::string> out{path};
  constexpr std::size_t most = 4;  // mail.log-20261124.1.gz
  while (out.size() < most) {
    auto before = unrotated(out.back());
    if (!before) {
      break;
    }
    out.push_back(std::move(*before));
  }
  return out;
}

bool logpath_names(const ban::JailSpec& jail, const std::string& path) {
  if (path.empty()) {
    return false;
  }
  const auto names = names_before_rotation(path);
  return std::ranges::any_of(jail.logpath, [&](const ban::LogPath& logpath) {
    return std::ranges::any_of(names, [&](const std::string& name) {
      return ::fnmatch(logpath.glob.c_str(), name.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
    });
  });
}

bool reads_journal(const ban::JailSpec& jail) {
  return jail.backend.starts_with("systemd") || !jail.filter.journalmatch.empty();
}

Feeding feed_jails(const std::vector<ban::JailSpec>& jails,
                   const std::vector<FileName>& files,
                   bool chosen) {
  Feeding out;
  for (const auto& file : files) {
    std::vector<std::size_t> fed;
    for (std::size_t i = 0; i < jails.size(); ++i) {
      const bool named = file.is_journal ? reads_journal(jails[i])
                                         : logpath_names(jails[i], file.absolute) ||
                                               logpath_names(jails[i], file.real);
      if (chosen || named) {
        fed.push_back(i);
      }
    }
    if (fed.empty()) {
      out.matched_by_none.push_back(file.given);
      for (std::size_t i = 0; i < jails.size(); ++i) {
        fed.push_back(i);
      }
    }
    out.jails_of.push_back(std::move(fed));
  }
  return out;
}

}  // namespace spranga::replay
