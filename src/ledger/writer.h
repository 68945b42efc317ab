// Writer: the one thread that writes. Its mutex guards the queue and is never held over the disk;
// the other one guards the databases.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "ledger/store.h"
#include "ledger/waiting.h"

namespace spranga::ledger {

class Writer {
public:
  Writer(const LedgerFiles& files, const LedgerOptions& options, const Clock& clock);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  Writer(Writer&&) = delete;
  Writer& operator=(Writer&&) = delete;

  /// Opens the databases, then starts the thread. Fails only with Errc::conflict.
  [[nodiscard]] Result<void> start();

  void note(Records together);
  void set_jails(std::vector<KeptJail> jails);
  void set_limits(const Limits& limits);
  [[nodiscard]] Health health() const;

  [[nodiscard]] int health_fd() const { return health_fd_.get(); }

  [[nodiscard]] std::vector<std::string> take_notices();
  [[nodiscard]] Result<void> flush(std::chrono::milliseconds deadline);

  /// Between two transactions. nullptr: our own database is not open.
  [[nodiscard]] Result<void> with_own(const std::function<Result<void>(Database*)>& ask);

private:
  /// What is wrong with a database; "" = nothing.
  struct Trouble {
    std::string what;
    std::string since;
    SteadyTime again;  // not before
  };

  /// What one pass is to do, and what came of it.
  struct Pass {
    std::vector<Entry> entries;
    std::optional<std::vector<KeptJail>> jails;
    std::optional<Limits> limits;
    std::uint64_t noted{0};
    bool urgent{false};
    Result<void> own;
    std::optional<Result<void>> mirrored;
    bool with_positions{false};
  };

  void loop();
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] Pass begin_pass();
  void carry_out(Pass& pass);
  void mirror_and_purge(Pass& pass, ban::Instant now);
  void end_pass(Pass pass);
  void tell(Trouble& trouble, const Result<void>& outcome, std::chrono::milliseconds again);
  [[nodiscard]] std::string trouble() const;
  [[nodiscard]] ban::Instant now() const;

  LedgerOptions options_;
  const Clock* clock_;
  std::atomic<bool> stopping_{false};
  Fd health_fd_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;  // the thread
  std::condition_variable done_;  // who flushes
  Waiting waiting_;
  std::optional<std::vector<KeptJail>> new_jails_;
  std::optional<Limits> new_limits_;
  std::vector<std::string> notices_;
  std::uint64_t noted_{0};     // notes so far
  std::uint64_t written_{0};   // of those in our own database
  std::uint64_t mirrored_{0};  // and in fail2ban's, positions included
  int flushing_{0};
  bool flush_began_{false};
  Trouble own_trouble_;
  Trouble mirror_trouble_;
  std::uint64_t told_dropped_{0};

  std::mutex store_mutex_;
  Store store_;

  // The thread's own.
  SteadyTime positions_due_;
  ban::Instant purge_due_;
  bool more_to_purge_{false};
  bool more_to_mirror_{false};

  std::thread thread_;
};

}  // namespace spranga::ledger
