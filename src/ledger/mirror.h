// Mirror: keeps fail2ban's database current from ours. It is read from our tables what is missing
// there, so nothing waits in memory for it, and after trouble or a crash it catches up. Bans go at
// once, log positions now and then. Used by the writer alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/fail2ban_database.h"
#include "ledger/own_database.h"

namespace spranga::ledger {

struct MirrorPlan {
  Way way;                  // path "" = fail2ban's database is not kept
  std::string set_aside;    // where a damaged one is copied to; "" = nowhere
  std::size_t matches{10};  // dbmaxmatches
  std::chrono::seconds purge_age{std::chrono::hours(24)};
};

class Mirror {
public:
  explicit Mirror(MirrorPlan plan) : plan_(std::move(plan)) {}

  [[nodiscard]] bool is_kept() const { return !plan_.way.path.empty() && !refused_; }

  [[nodiscard]] bool is_open() const { return theirs_.has_value(); }

  /// Opens it, and takes over what it says; see take_over().
  [[nodiscard]] Result<void> open(Database& own, ban::Instant now, bool at_start);

  /// After trouble in its use; where it is damaged, the next `open` begins anew.
  void close(const Error& trouble);

  /// At the next pass these are the enabled jails; none after an orderly stop.
  void set_jails(std::vector<KeptJail> jails);

  void set_limits(std::chrono::seconds purge_age, std::size_t matches) {
    plan_.purge_age = purge_age;
    plan_.matches = matches;
  }

  /// What ours has more than theirs, or a part of it: true = there is more, and positions have to
  /// wait.
  [[nodiscard]] Result<bool> pass(Database& own, bool with_positions);

  [[nodiscard]] Result<void> purge(ban::Instant now);

  /// What the last `open` wants to say, once.
  [[nodiscard]] std::string take_notice() { return std::exchange(notice_, {}); }

private:
  [[nodiscard]] Result<void> try_open(Database& own, ban::Instant now, bool at_start);
  [[nodiscard]] Result<void> look_for_damage();
  [[nodiscard]] bool is_as_we_left_it(Database& own) const;
  template <class Work>
  [[nodiscard]] Result<void> in_theirs(const Work& work);
  [[nodiscard]] Result<void> note_counter(Database& own);
  [[nodiscard]] Result<bool> some_bans(Database& own);
  [[nodiscard]] Result<bool> portions_of_bans(Database& own);
  [[nodiscard]] Result<void> looked_at_positions(Database& own);
  [[nodiscard]] Result<void> positions(Database& own);

  MirrorPlan plan_;
  std::optional<Fail2banDatabase> theirs_;
  std::vector<KeptJail> jails_;
  std::string notice_;
  std::string damage_;  // for the next `open`
  std::int64_t mirrored_{0};
  /// The change counter that our own transactions alone have left; none: somebody else writes too.
  std::optional<std::int64_t> counter_;
  std::optional<std::int64_t> noted_counter_;  // as our database has it
  bool is_looked_at_{false};
  bool jails_changed_{false};
  bool refused_{false};
};

}  // namespace spranga::ledger
