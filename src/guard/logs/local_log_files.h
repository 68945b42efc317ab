// LocalLogFiles: LogFiles with this process's own rights. Inside the process that may, and where
// the guard runs as an ordinary user.
#pragma once

#include <memory>

#include "guard/logs/log_files.h"
#include "guard/logs/log_walk.h"

namespace spranga::guard {

class LocalLogFiles : public LogFiles {
public:
  /// Errc::io: no inotify to be had (fs.inotify.max_user_instances).
  [[nodiscard]] static Result<std::unique_ptr<LocalLogFiles>> make(Links links);

  [[nodiscard]] Result<std::vector<std::string>> expand(const std::string& pattern) override;
  [[nodiscard]] Result<OpenLog> open(const std::string& path, bool watched) override;
  [[nodiscard]] Result<int> watch_folder(const std::string& path) override;
  void forget(int wd) override;

  [[nodiscard]] int events() const override { return inotify_.get(); }

private:
  LocalLogFiles(Fd inotify, Links links) : inotify_(std::move(inotify)), links_(links) {}

  Fd inotify_;
  Links links_;
};

}  // namespace spranga::guard
