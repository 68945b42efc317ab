// Store: both databases in the hands of the writer, opened when they can be. No thread in here.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "ledger/book.h"
#include "ledger/ledger.h"
#include "ledger/mirror.h"
#include "ledger/purge.h"

namespace spranga::ledger {

/// What an admin may change while the ledger is open.
struct Limits {
  std::chrono::seconds purge_age;
  std::size_t matches;
};

class Store {
public:
  /// `give_up`: locks of other programs are waited for no longer.
  Store(const LedgerFiles& files, const LedgerOptions& options, const std::atomic<bool>* give_up);

  /// Our own. Trouble is not the end: the next `write` tries again.
  [[nodiscard]] Result<void> open(ban::Instant now);

  [[nodiscard]] Result<void> write(const std::vector<Entry>& entries, ban::Instant now);

  [[nodiscard]] bool is_mirrored() const { return mirror_.is_kept(); }

  /// Brings fail2ban's database up to date with ours, which must be open; a part of what is to do:
  /// true = there is more, and positions have to wait.
  [[nodiscard]] Result<bool> mirror(ban::Instant now, bool with_positions);

  /// Whether so many rows have come since the last purge that the limit may be passed by far.
  [[nodiscard]] bool has_grown() const;

  /// Ours, a part of what is to do: true = there is more. `theirs` too, all of it.
  [[nodiscard]] Result<bool> purge(ban::Instant now, bool theirs);

  void set_jails(const std::vector<KeptJail>& jails);
  void set_limits(const Limits& limits);

  /// nullptr while it could not be opened.
  [[nodiscard]] Database* own() { return own_ ? &*own_ : nullptr; }

  [[nodiscard]] std::vector<std::string> take_notices() { return std::exchange(notices_, {}); }

private:
  [[nodiscard]] Result<void> forget_ahead();
  void take_notice();
  void close();

  LedgerOptions options_;
  Way own_way_;
  MirrorPlan plan_;
  PurgeRules rules_;
  std::optional<Database> own_;
  std::optional<Book> book_;
  Mirror mirror_;
  std::vector<KeptJail> jails_;
  std::vector<std::string> notices_;
  bool opened_before_{false};
};

}  // namespace spranga::ledger
