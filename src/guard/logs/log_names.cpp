#include "guard/logs/log_names.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <optional>

#include "text/ascii.h"

namespace spranga::guard {

namespace {

constexpr std::array<std::string_view, 6> packed_names = {
    ".gz", ".xz", ".zst", ".bz2", ".lzma", ".Z"};

constexpr std::string_view between = ".-";  // a log's name and what rotation added

std::string_view unpacked_name(std::string_view name) {
  for (const auto ending : packed_names) {
    if (name.size() > ending.size() && name.ends_with(ending)) {
      return name.substr(0, name.size() - ending.size());
    }
  }
  return name;
}

/// What rotation adds: a number, a date, a time, or "old".
bool is_rotation_mark(std::string_view mark) {
  const auto fits = [](char c) {
    return text::is_digit(c) || std::string_view(".-_:T").find(c) != std::string_view::npos;
  };
  return mark == "old" ||
         (std::ranges::all_of(mark, fits) && std::ranges::any_of(mark, text::is_digit));
}

/// The name without its ending, and that; an ending that is a number is none.
std::pair<std::string_view, std::string_view> stem_and_ending(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 || is_rotation_mark(name.substr(dot + 1))
             ? std::pair(name, std::string_view())
             : std::pair(name.substr(0, dot), name.substr(dot));
}

/// What stands between `stem` and `ending` in `name`, behind a "." or "-".
std::optional<std::string_view> mark_between(std::string_view name,
                                             std::string_view stem,
                                             std::string_view ending) {
  if (name.size() <= stem.size() + 1 + ending.size() || !name.starts_with(stem) ||
      !name.ends_with(ending) || between.find(name[stem.size()]) == std::string_view::npos) {
    return std::nullopt;
  }
  const auto begin = stem.size() + 1;
  return name.substr(begin, name.size() - ending.size() - begin);
}

bool is_rotated_name(std::string_view base, std::string_view other) {
  const auto name = unpacked_name(other);
  const auto [stem, ending] = stem_and_ending(base);
  const auto behind = mark_between(name, base, "");
  const auto inside = mark_between(name, stem, ending);
  return (behind && is_rotation_mark(*behind)) ||
         (!ending.empty() && inside && is_rotation_mark(*inside));
}

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 = 0
}

/// The names that a log may have had before rotation called it `name`.
std::vector<std::string> names_before(std::string_view name) {
  std::vector<std::string> out;
  const auto unpacked = unpacked_name(name);
  const auto [stem, ending] = stem_and_ending(unpacked);
  for (std::size_t at = unpacked.find_first_of(between, 1); at != std::string_view::npos;
       at = unpacked.find_first_of(between, at + 1)) {
    out.emplace_back(unpacked.substr(0, at));
    if (!ending.empty() && at < stem.size()) {
      out.push_back(std::string(unpacked.substr(0, at)).append(ending));
    }
  }
  std::erase_if(out, [name](const auto& base) { return !is_rotated_name(base, name); });
  return out;
}

/// A glob's text where each special character stands in brackets of its own; else as it is.
std::string unescaped(std::string_view glob) {
  std::string out;
  for (std::size_t at = 0; at < glob.size(); ++at) {
    if (glob[at] == '[' && at + 2 < glob.size() && glob[at + 2] == ']') {
      ++at;
      out += glob[at++];
    } else {
      out += glob[at];
    }
  }
  return out;
}

}  // namespace

std::string glob_escape(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[') {
      out += {'[', c, ']'};
    } else {
      out += c;
    }
  }
  return out;
}

std::string rotations_glob(std::string_view path) {
  const auto name = name_of(path);
  const auto stem = stem_and_ending(name).first;
  return glob_escape(path.substr(0, path.size() - name.size())) + glob_escape(stem) + "[.-]*";
}

bool is_rotation_of(std::string_view path, std::string_view other) {
  const auto name = name_of(other);
  const auto base = name_of(path);
  return path.substr(0, path.size() - base.size()) == other.substr(0, other.size() - name.size()) &&
         is_rotated_name(base, name);
}

bool is_packed_name(std::string_view path) {
  return unpacked_name(path).size() < path.size();
}

std::string folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return std::string(
      path.substr(0, slash == std::string_view::npos ? 0 : std::max<std::size_t>(slash, 1)));
}

std::vector<std::string> folders_to(std::string_view path) {
  std::vector<std::string> out{"/"};
  for (std::size_t at = path.find('/', 1); at != std::string_view::npos;
       at = path.find('/', at + 1)) {
    out.emplace_back(path.substr(0, at));
  }
  return out;
}

std::string tidy_path(std::string_view path) {
  std::string out;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto step = path.substr(begin, end - begin);
    if (!step.empty() && step != ".") {
      out.append("/").append(step);
    }
    begin = end + 1;
  }
  return out.empty() ? "/" : out;
}

bool has_glob(std::string_view path) {
  return path.find_first_of("*?[") != std::string_view::npos;
}

bool glob_names(const std::string& pattern, const std::string& path) {
  return ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD | FNM_NOESCAPE) == 0;
}

bool may_open(const std::vector<std::string>& patterns, const std::string& path) {
  if (path.find('\0') != std::string::npos) {
    return false;
  }
  const auto name = name_of(path);
  const auto folder = path.substr(0, path.size() - name.size());
  auto names = names_before(name);
  names.emplace_back(name);
  return std::ranges::any_of(names, [&](const auto& each) {
    return std::ranges::any_of(
        patterns, [&](const auto& pattern) { return glob_names(pattern, folder + each); });
  });
}

bool may_watch(const std::vector<std::string>& patterns, const std::string& folder) {
  return folder.find('\0') == std::string::npos &&
         std::ranges::any_of(patterns, [&](const auto& pattern) {
           return std::ranges::any_of(folders_to(pattern), [&](const auto& each) {
             return each == folder || glob_names(each, folder);
           });
         });
}

bool may_expand(const std::vector<std::string>& patterns, const std::string& glob) {
  return std::ranges::any_of(patterns, [&](const auto& pattern) {
    const auto folder = folder_of(pattern);
    const auto asked = folder_of(glob);
    const auto on_the_way = folders_to(pattern);
    return pattern == glob || folder == asked || glob_names(folder, unescaped(asked)) ||
           std::ranges::find(on_the_way, glob) != on_the_way.end();
  });
}

}  // namespace spranga::guard
