// FirewallNews: what the firewall process says, kept until the loop has time for it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "firewall/firewall.h"
#include "guard/live/log.h"

namespace spranga::daemon {

class FirewallNews : public firewall::FirewallEvents {
public:
  explicit FirewallNews(guard::Log& log) : log_(log) {}

  void done(const firewall::Outcome& outcome) override {
    if (outcome.error.empty()) {
      ++done_;
      if (on_success) {
        on_success(outcome);
      }
      return;
    }
    if (on_failure && on_failure(outcome)) {
      return;
    }
    ++failed_;
    last_error_ = outcome.error;
    log_.write(guard::Level::error, "actions", "firewall: " + outcome.error);
  }

  void holds(std::uint64_t order, firewall::Holding holding) override {
    if (on_holding) {
      on_holding(order, std::move(holding));
    }
  }

  void rules_touched() override { rules_touched_ = true; }

  void lost(const std::string& why) override {
    lost_ = true;
    why_ = why;
  }

  void lacks(const std::string& what) override {
    if (what != lacking_) {
      lacking_ = what;
      log_.write(guard::Level::warning, "actions", "firewall: " + what);
    }
  }

  /// Whether everything is to be made again; asked once.
  [[nodiscard]] bool take_lost() { return std::exchange(lost_, false); }

  [[nodiscard]] const std::string& why() const { return why_; }

  /// What the kernel cannot do, told once; "" = nothing.
  [[nodiscard]] const std::string& lacking() const { return lacking_; }

  /// Whether iptables' rules are to be looked at.
  [[nodiscard]] bool has_touched_rules() const { return rules_touched_; }

  void forget_touched_rules() { rules_touched_ = false; }

  /// What is well again need not be told any more.
  void forget_failures() { failed_ = 0; }

  [[nodiscard]] std::uint64_t failed() const { return failed_; }

  [[nodiscard]] std::uint64_t done_count() const { return done_; }

  [[nodiscard]] const std::string& last_error() const { return last_error_; }

  std::function<void(std::uint64_t, firewall::Holding)> on_holding;
  std::function<void(const firewall::Outcome&)> on_success;
  /// True: somebody deals with it, so that it need not be logged.
  std::function<bool(const firewall::Outcome&)> on_failure;

private:
  guard::Log& log_;
  bool lost_{false};
  bool rules_touched_{false};
  std::string why_;
  std::string lacking_;
  std::string last_error_;
  std::uint64_t done_{0};
  std::uint64_t failed_{0};
};

}  // namespace spranga::daemon
