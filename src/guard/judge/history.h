// BanHistory: who was banned before, for bantime.increment. A port: here it is kept in memory, the
// daemon's ledger may stand behind it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>

#include "ban/verdict.h"
#include "guard/judge/target_key.h"

namespace spranga::guard {

struct PastBans {
  int count{0};       // how many
  ban::Instant last;  // when the last one began
};

class BanHistory {
public:
  virtual ~BanHistory() = default;

  /// Of this jail, or with `all_jails` the sum over all; nullopt where there were none.
  [[nodiscard]] virtual std::optional<PastBans> of(const std::string& jail,
                                                   const std::string& target,
                                                   bool all_jails,
                                                   ban::Instant now) const = 0;

  /// A ban was made; it replaces what is known of this target in this jail.
  virtual void add(const ban::Ban& ban) = 0;

  /// A person let it go: as if it had never been banned in this jail.
  virtual void forget(const std::string& jail, const std::string& target) = 0;
};

/// Forgets as fail2ban's database does: a ban that began more than `keep` ago, unless three times
/// its length have not gone by since then or it is for good.
class MemoryHistory : public BanHistory {
public:
  /// `secret`: of the targets' keys.
  explicit MemoryHistory(std::chrono::seconds keep = std::chrono::hours(24),
                         const Secret& secret = {})
      : keep_(keep), secret_(secret) {}

  [[nodiscard]] std::optional<PastBans> of(const std::string& jail,
                                           const std::string& target,
                                           bool all_jails,
                                           ban::Instant now) const override;
  void add(const ban::Ban& ban) override;
  void forget(const std::string& jail, const std::string& target) override;

  /// Targets that are kept at most; beyond, those go that were banned longest ago.
  static constexpr std::size_t most_targets = 1'000'000;

private:
  struct Row {
    int count{0};
    ban::Instant since;
    std::optional<ban::Instant> until;
  };

  [[nodiscard]] bool is_forgotten(const Row& row, ban::Instant now) const;
  void purge(ban::Instant now);
  void drop_oldest();

  std::chrono::seconds keep_;
  Secret secret_;
  std::unordered_map<TargetKey, std::unordered_map<std::string, Row>, TargetKeyHash>
      targets_;  // → jail → row
  std::size_t purge_at_{4096};
};

}  // namespace spranga::guard
