#include "warden/log_keeper.h"

#include "guard/logs/log_names.h"

namespace spranga::warden {

namespace {

plan::Answer refused(const std::string& why) {
  plan::Answer out;
  out.code = Errc::denied;
  out.error = why;
  return out;
}

/// A log is what lies among the logs, too: the owner may add it over the socket (addlogpath).
constexpr std::string_view logs_folder = "/var/log/";

/// Tidy, so that it cannot leave the folder; what is behind a link, log_walk.h decides.
bool is_among_logs(const std::string& path) {
  return path.starts_with(logs_folder) && path.find('\0') == std::string::npos &&
         path.find("/../") == std::string::npos && !path.ends_with("/..");
}

bool may_watch(const std::vector<std::string>& patterns, const std::string& folder) {
  return is_among_logs(folder) || guard::may_watch(patterns, folder) ||
         guard::may_watch({std::string(logs_folder) + "*"}, folder);
}

plan::Answer no_log(const std::string& path) {
  return refused("no jail reads " + path + ", and it is not below " + std::string(logs_folder));
}

plan::Answer refused(const Error& error) {
  plan::Answer out;
  out.code = error.code;
  out.error = error.detail;
  return out;
}

}  // namespace

plan::Answer LogKeeper::answer(const plan::Ask& ask, std::vector<Fd>& fds) {
  using What = plan::Ask::What;
  plan::Answer out;
  if (ask.what == What::expand) {
    if (!is_among_logs(ask.text) && !guard::may_expand(patterns_, ask.text)) {
      return no_log(ask.text);
    }
    auto paths = files_.expand(ask.text);
    if (!paths) {
      return refused(paths.error());
    }
    out.texts = *std::move(paths);
  } else if (ask.what == What::open_log) {
    if (!is_among_logs(ask.text) && !guard::may_open(patterns_, ask.text)) {
      return no_log(ask.text);
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
