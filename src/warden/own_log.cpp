#include "warden/own_log.h"

#include <fcntl.h>

#include <utility>

#include "plan/log_target.h"

namespace spranga::warden {

Result<void> OwnLog::open(const plan::WardenPlan& plan) {
  configured_ = plan.logtarget;
  target_ = plan.logtarget;
  syslogsocket_ = plan.syslogsocket;
  SPRANGA_TRY(now_, open_log_target(target_, syslogsocket_));
  return {};
}

plan::Answer OwnLog::turn_to(const std::string& target, std::vector<Fd>& fds) {
  plan::Answer out;
  const bool stays = target.empty() || plan::stream_of(target) == "INHERITED";
  const auto& wanted = stays ? target_ : target;
  if (!may_log_to(wanted, configured_)) {
    out.code = Errc::denied;
    out.error = wanted + ": a log may be below /var/log, or where the configuration has its own";
    return out;
  }
  auto opened = open_log_target(wanted, syslogsocket_);
  if (!opened) {
    out.code = opened.error().code;
    out.error = opened.error().detail;
    return out;
  }
  target_ = wanted;
  now_ = {Fd(::fcntl(opened->fd.get(), F_DUPFD_CLOEXEC, 3)), opened->kind};
  out.text = opened->kind;
  fds.push_back(std::move(opened->fd));
  return out;
}

}  // namespace spranga::warden
