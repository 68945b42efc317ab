// ControlFace: the guard as the verbs of fail2ban's socket see it, and spranga's own questions
// beside them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/jail_face.h"
#include "guard/control/server.h"
#include "guard/control/verbs.h"

namespace spranga::daemon {

class Daemon;

class ControlFace : public guard::control::Server {
public:
  using Value = guard::pickle::Value;
  using Setting = guard::control::ServerSetting;
  template <class T>
  using Outcome = guard::control::Outcome<T>;

  explicit ControlFace(Daemon& daemon) : daemon_(daemon) {}

  /// The reply to a command: of fail2ban's, or ["spranga", QUESTION, …].
  [[nodiscard]] guard::control::Reply answer(const guard::control::Peer& peer,
                                             const Value& command);

  [[nodiscard]] std::string version() const override;
  [[nodiscard]] Value get(Setting setting) const override;
  [[nodiscard]] Outcome<void> set(Setting setting, const Value& value) override;
  [[nodiscard]] std::vector<std::string> jails() const override;
  [[nodiscard]] guard::control::JailControl* jail(std::string_view name) override;
  [[nodiscard]] Outcome<void> add_jail(const std::string& name,
                                       const std::string& backend) override;
  [[nodiscard]] Outcome<void> start_jail(const std::string& name) override;
  [[nodiscard]] Outcome<void> stop_jail(const std::string& name) override;
  [[nodiscard]] Outcome<void> stop_all_jails() override;
  [[nodiscard]] Outcome<void> reload(const guard::control::Reload& reload) override;
  [[nodiscard]] Outcome<void> server_stream(const Value& commands) override;
  void config_error(const std::string& message) override;
  [[nodiscard]] bool flush_logs() override;
  void stop() override;
  [[nodiscard]] std::string why_no_commands(const guard::control::Peer& peer) const override;
  [[nodiscard]] std::string time_text(std::int64_t at) const override;

private:
  Daemon& daemon_;
  std::unique_ptr<JailFace> jail_;
};

}  // namespace spranga::daemon
