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
    if (!guard::may_expand(patterns_, ask.text)) {
      return refused("no jail reads " + ask.text);
    }
    auto paths = files_.expand(ask.text);
    if (!paths) {
      return refused(paths.error());
    }
    out.texts = *std::move(paths);
  } else if (ask.what == What::open_log) {
    if (!guard::may_open(patterns_, ask.text)) {
      return refused("no jail reads " + ask.text);
    }
    auto log = files_.open(ask.text, ask.number != 0);
    if (!log) {
      return refused(log.error());
    }
    out.number = log->wd;
    fds.push_back(std::move(log->fd));
  } else if (ask.what == What::watch_folder) {
    if (!guard::may_watch(patterns_, ask.text)) {
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
