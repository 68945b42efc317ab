// JailFace: a running jail as the verbs of fail2ban's socket see it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "guard/control/server.h"
#include "guard/live/live_jail.h"

namespace spranga::daemon {

class Daemon;

/// An action as the configuration left it. What it does is the configuration's to say: its
/// properties can be read, not set.
class ActionFace : public guard::control::ActionControl {
public:
  explicit ActionFace(ban::ActionSpec spec) : spec_(std::move(spec)) {}

  [[nodiscard]] std::vector<std::string> properties() const override;
  [[nodiscard]] std::vector<std::string> methods() const override;
  [[nodiscard]] std::optional<guard::pickle::Value> get(std::string_view property) const override;
  [[nodiscard]] guard::control::Outcome<void> set(std::string_view property,
                                                  const guard::pickle::Value& value) override;
  [[nodiscard]] guard::control::Outcome<guard::pickle::Value> call(
      std::string_view method, std::string_view arguments) override;

private:
  ban::ActionSpec spec_;
};

class JailFace : public guard::control::JailControl {
public:
  using Value = guard::pickle::Value;
  using Setting = guard::control::JailSetting;
  template <class T>
  using Outcome = guard::control::Outcome<T>;

  JailFace(Daemon& daemon, guard::LiveJail& jail) : daemon_(daemon), jail_(jail) {}

  [[nodiscard]] guard::control::JailStatus status() const override;
  [[nodiscard]] Value get(Setting setting) const override;
  [[nodiscard]] Outcome<void> set(Setting setting, const Value& value) override;
  [[nodiscard]] Outcome<void> add(Setting setting, const Value& value) override;
  [[nodiscard]] Outcome<void> remove(Setting setting, const Value& value) override;
  [[nodiscard]] Outcome<void> add_logpath(const std::string& path, bool tail) override;
  [[nodiscard]] Value bantime_option(std::string_view option) const override;
  [[nodiscard]] Outcome<void> set_bantime_option(std::string_view option,
                                                 const Value& value) override;
  [[nodiscard]] std::vector<guard::control::HeldBan> bans() const override;
  [[nodiscard]] bool is_banned(std::string_view id) const override;
  [[nodiscard]] Outcome<std::int64_t> ban(const std::vector<std::string>& ids) override;
  [[nodiscard]] std::int64_t unban(const std::string& id) override;
  [[nodiscard]] std::int64_t unban_all() override;
  [[nodiscard]] Outcome<void> attempt(const std::string& id,
                                      const std::vector<std::string>& lines) override;
  [[nodiscard]] std::vector<std::string> actions() const override;
  [[nodiscard]] guard::control::ActionControl* action(std::string_view name) override;
  [[nodiscard]] Outcome<void> add_action(const std::string& name,
                                         const std::string& script,
                                         const std::string& arguments) override;
  [[nodiscard]] Outcome<void> delete_action(const std::string& name) override;

private:
  [[nodiscard]] std::string held_for(const std::string& target) const;
  bool let_stranger_go(const std::string& target);

  [[nodiscard]] Outcome<void> change(const ban::JailSpec& spec);
  /// What fail2ban's log says when it is set.
  void say(std::string_view option);

  Daemon& daemon_;
  guard::LiveJail& jail_;
  std::unique_ptr<ActionFace> action_;
};

}  // namespace spranga::daemon
