// WardenLink: the guard's end of what it asks of the warden. An answer is waited for: the warden
// does nothing that takes long, but for reading a configuration anew.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "guard/logs/log_files.h"
#include "plan/orders.h"
#include "process/channel.h"

namespace spranga::daemon {

class WardenLink {
public:
  explicit WardenLink(Fd channel) : channel_(std::move(channel)) {}

  struct Given {
    plan::Answer answer;
    std::vector<Fd> fds;
  };

  /// The warden's refusal is an error too. Errc::closed: there is no warden any more.
  [[nodiscard]] Result<Given> ask(const plan::Ask& ask);

  /// What needs no answer: ready, alive, goodbye.
  void say(plan::Ask::What what);

private:
  process::Channel channel_;
};

/// Logs through the warden.
class WardenLogFiles : public guard::LogFiles {
public:
  /// `events` is the inotify descriptor that the warden shares.
  WardenLogFiles(WardenLink& warden, Fd events) : warden_(warden), events_(std::move(events)) {}

  [[nodiscard]] Result<std::vector<std::string>> expand(const std::string& pattern) override;
  [[nodiscard]] Result<guard::OpenLog> open(const std::string& path, bool watched) override;
  [[nodiscard]] Result<int> watch_folder(const std::string& path) override;
  void forget(int wd) override;

  [[nodiscard]] int events() const override { return events_.get(); }

private:
  WardenLink& warden_;
  Fd events_;
};

}  // namespace spranga::daemon
