#include "warden/log_keeper.h"

#include <fnmatch.h>

#include <algorithm>

namespace spranga::warden {

namespace {

constexpr int as_glob = FNM_PATHNAME | FNM_PERIOD;

bool is_plain(const std::string& path) {
  return path.starts_with("/") && path.find('\0') == std::string::npos &&
         path.find("/../") == std::string::npos && !path.ends_with("/..");
}

plan::Answer refused(const std::string& why) {
  plan::Answer out;
  out.code = Errc::denied;
  out.error = why;
  return out;
}

plan::Answer refused(const Error& error) {
  plan::Answer out;
  out.code = error.code;
  out.error = error.detail;
  return out;
}

}  // namespace

bool may_open(const std::vector<std::string>& patterns, const std::string& path) {
  if (!is_plain(path)) {
    return false;
  }
  const auto names = [&](const std::string& name) {
    return std::ranges::any_of(patterns, [&](const std::string& pattern) {
      return ::fnmatch(pattern.c_str(), name.c_str(), as_glob) == 0;
    });
  };
  if (names(path)) {
    return true;
  }
  const auto name = path.rfind('/') + 1;
  for (auto mark = path.find_first_of(".-", name + 1); mark != std::string::npos;
       mark = path.find_first_of(".-", mark + 1)) {
    if (names(path.substr(0, mark))) {
      return true;
    }
  }
  return false;
}

bool may_watch(const std::vector<std::string>& patterns, const std::string& folder) {
  if (!is_plain(folder)) {
    return false;
  }
  const auto bare =
      folder.size() > 1 && folder.ends_with('/') ? folder.substr(0, folder.size() - 1) : folder;
  const auto depth = bare == "/" ? 0 : std::ranges::count(bare, '/');
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    // As many parts of the pattern as the folder has, and at least one more for the file.
    std::size_t end = 0;
    for (std::ptrdiff_t i = 0; i <= depth && end != std::string::npos; ++i) {
      end = pattern.find('/', i == 0 ? 0 : end + 1);
    }
    return end != std::string::npos &&
           (depth == 0 || ::fnmatch(pattern.substr(0, end).c_str(), bare.c_str(), as_glob) == 0);
  });
}

plan::Answer LogKeeper::answer(const plan::Ask& ask, std::vector<Fd>& fds) {
  using What = plan::Ask::What;
  plan::Answer out;
  if (ask.what == What::expand) {
    if (std::ranges::count(patterns_, ask.text) == 0) {
      return refused("no jail reads " + ask.text);
    }
    auto paths = files_.expand(ask.text);
    if (!paths) {
      return refused(paths.error());
    }
    out.texts = *std::move(paths);
  } else if (ask.what == What::open_log) {
    if (!may_open(patterns_, ask.text)) {
      return refused("no jail reads " + ask.text);
    }
    auto log = files_.open(ask.text, ask.number != 0);
    if (!log) {
      return refused(log.error());
    }
    out.number = log->wd;
    fds.push_back(std::move(log->fd));
  } else if (ask.what == What::watch_folder) {
    if (!may_watch(patterns_, ask.text)) {
      return refused("no jail reads in " + ask.text);
    }
    const auto watch = files_.watch_folder(ask.text);
    if (!watch) {
      return refused(watch.error());
    }
    out.number = *watch;
  } else {
    files_.forget(static_cast<int>(ask.number));
  }
  return out;
}

}  // namespace spranga::warden
