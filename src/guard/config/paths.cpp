#include "guard/config/paths.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "guard/config/python_text.h"

namespace spranga::guard::config {

namespace {

bool has_magic(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

bool no_nul(const std::string& path) {
  return path.find('\0') == std::string::npos;
}

bool is_there(const std::string& path) {
  struct stat status {};

  return no_nul(path) && ::lstat(path.c_str(), &status) == 0;
}

/// A class of fnmatch, "[a-z]" or "[!a-z]", at the start of `pattern`; 0 where there is none.
std::size_t class_size(std::string_view pattern) {
  std::size_t end = 1;
  end += end < pattern.size() && pattern[end] == '!' ? 1 : 0;
  end += end < pattern.size() && pattern[end] == ']' ? 1 : 0;
  end = pattern.find(']', end);
  return end == std::string_view::npos ? 0 : end + 1;
}

bool in_class(std::string_view inside, char32_t c) {
  const bool negated = inside.starts_with('!');
  inside.remove_prefix(negated ? 1 : 0);
  bool found = false;
  for (std::size_t at = 0; at < inside.size();) {
    const auto first = rune_at(inside, at);
    at += first.size;
    if (at + 1 < inside.size() && inside[at] == '-') {
      const auto last = rune_at(inside, at + 1);
      at += 1 + last.size;
      found = found || (first.value <= c && c <= last.value);
    } else {
      found = found || first.value == c;
    }
  }
  return found != negated;
}

/// One step of the pattern against one character; the bytes of the pattern it took, 0: no match.
std::size_t step(std::string_view pattern, char32_t c) {
  if (pattern.front() == '?') {
    return 1;
  }
  if (const auto size = pattern.front() == '[' ? class_size(pattern) : 0; size > 0) {
    return in_class(pattern.substr(1, size - 2), c) ? size : 0;
  }
  const auto rune = rune_at(pattern, 0);
  return rune.value == c ? rune.size : 0;
}

bool name_matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      resume = n;
      continue;
    }
    const auto rune = rune_at(name, n);
    const auto taken = p < pattern.size() ? step(pattern.substr(p), rune.value) : 0;
    if (taken > 0) {
      p += taken;
      n += rune.size;
    } else if (star != std::string_view::npos) {
      p = star;
      resume += rune_at(name, resume).size;
      n = resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') {
    ++p;
  }
  return p == pattern.size();
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> out;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.empty() ? "." : folder.c_str()),
                                                 ::closedir);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): a DIR of its own
  while (const auto* entry = open ? ::readdir(open.get()) : nullptr) {
    const std::string name(static_cast<const char*>(entry->d_name));
    if (name != "." && name != "..") {
      out.push_back(name);
    }
  }
  return out;
}

std::vector<std::string> matching_names(const std::string& folder,
                                        const std::string& pattern,
                                        bool folders_only) {
  std::vector<std::string> out;
  for (auto& name : names_in(folder)) {
    const bool hidden = name.starts_with('.') && !pattern.starts_with('.');
    if (!hidden && name_matches(pattern, name) &&
        (!folders_only || is_folder(join(folder, name)))) {
      out.push_back(std::move(name));
    }
  }
  return out;
}

std::vector<std::string> plain(const std::string& path) {
  const bool found = basename(path).empty() ? is_folder(dirname(path)) : is_there(path);
  return found ? std::vector<std::string>{path} : std::vector<std::string>{};
}

std::vector<std::string> glob_level(const std::string& pattern, bool folders_only) {
  if (!has_magic(pattern)) {
    return plain(pattern);
  }
  const auto folder = dirname(pattern);
  const auto name = basename(pattern);
  if (folder.empty()) {
    return matching_names("", name, folders_only);
  }
  const bool deeper = folder != pattern && has_magic(folder);
  std::vector<std::string> out;
  for (const auto& each : deeper ? glob_level(folder, true) : std::vector<std::string>{folder}) {
    if (has_magic(name)) {
      for (const auto& match : matching_names(each, name, folders_only)) {
        out.push_back(join(each, match));
      }
    } else if (name.empty() ? is_folder(each) : is_there(join(each, name))) {
      out.push_back(join(each, name));
    }
  }
  return out;
}

}  // namespace

std::string join(std::string_view folder, std::string_view name) {
  std::string out(name.starts_with('/') ? "" : folder);
  if (!out.empty() && !out.ends_with('/')) {
    out += '/';
  }
  return out.append(name);
}

std::string dirname(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) {
    return "";
  }
  const auto folder = path.substr(0, slash + 1);
  const auto last = folder.find_last_not_of('/');
  return std::string(last == std::string_view::npos ? folder : folder.substr(0, last + 1));
}

std::string basename(std::string_view path) {
  const auto slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string without_extension(std::string_view path) {
  const auto slash = path.rfind('/');
  const auto start = slash == std::string_view::npos ? 0 : slash + 1;
  const auto dot = path.rfind('.');
  const auto first = path.find_first_not_of('.', start);
  if (dot == std::string_view::npos || dot < start || first == std::string_view::npos ||
      dot < first) {
    return std::string(path);
  }
  return std::string(path.substr(0, dot));
}

std::string absolute(std::string_view path) {
  std::error_code failed;
  const auto whole = std::filesystem::absolute(std::filesystem::path(path), failed);
  auto out = (failed ? std::filesystem::path(path) : whole).lexically_normal().string();
  while (out.size() > 1 && out.ends_with('/')) {
    out.pop_back();
  }
  return out;
}

bool exists(const std::string& path) {
  struct stat status {};

  return no_nul(path) && ::stat(path.c_str(), &status) == 0;
}

bool is_file(const std::string& path) {
  struct stat status {};

  return no_nul(path) && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

bool is_folder(const std::string& path) {
  struct stat status {};

  return no_nul(path) && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::vector<std::string> glob(const std::string& pattern) {
  return no_nul(pattern) ? glob_level(pattern, false) : std::vector<std::string>{};
}

}  // namespace spranga::guard::config
