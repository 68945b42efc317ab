// Ledger: what the guard remembers beyond its own life. It only appends; one thread writes, and
// what was queued by then goes into one transaction. Nobody waits for a disk.
//
// The order is the kernel first, then the ledger. After a kill -9 the logs are read again from the
// positions of the last transaction, so a ban that is in the kernel and not here is made again, and
// nothing is counted twice.
//
// Beside our own database fail2ban's is kept current, from ours (mirror.h), and what it knows
// better is taken over at every start (takeover.h).
//
// These never block: note, set_jails, set_limits, health, health_fd. These may wait for the disk:
// open, recall, past_bans, the questions. flush waits as long as it is allowed to. `open` starts
// the thread, with all signals blocked: a process that restricts itself thread by thread (Landlock)
// does so before.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "ledger/answers.h"
#include "ledger/ban_reader.h"
#include "ledger/file_identity.h"
#include "ledger/record.h"
#include "ledger/sqlite.h"

namespace spranga::ledger {

struct LedgerFiles {
  std::string own;       // "" = in memory only
  std::string fail2ban;  // its `dbfile`; "" = None: not kept
  std::string vfs;       // SQLite's way to the disk; "" = its own. Tests name another
};

struct LedgerOptions {
  std::chrono::seconds purge_age{std::chrono::hours(24)};  // dbpurgeage
  std::size_t matches{10};                                 // dbmaxmatches, in both databases
  std::int64_t most_sightings{1'000'000};
  std::int64_t most_bans{1'000'000};
  /// What may wait in memory while the disk takes nothing; bans may use a quarter more.
  std::size_t most_waiting_bytes{std::size_t{32} << 20U};
  std::chrono::milliseconds linger{5};    // how long a transaction waits for company
  std::chrono::milliseconds retry{1000};  // after trouble
  std::chrono::milliseconds locks{1000};  // how long other programs' locks are waited for
};

class Database;
class Writer;

class Ledger {
public:
  /// Starts even when the disk is full, read-only or locked: health() says so, records wait, and it
  /// is tried again. Fails (Errc::conflict) where the file belongs to a newer version or is no
  /// ledger. `clock` must outlive the ledger, and may be asked by two threads.
  [[nodiscard]] static Result<std::unique_ptr<Ledger>> open(const LedgerFiles& files,
                                                            const LedgerOptions& options,
                                                            const Clock& clock);

  /// Writes what it can at once, and ends the thread. Call `flush` before.
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  Ledger(Ledger&&) = delete;
  Ledger& operator=(Ledger&&) = delete;

  /// The jails that run now; after a reload again.
  void set_jails(std::vector<KeptJail> jails);

  /// Other values of dbpurgeage and dbmaxmatches, from now on.
  void set_limits(std::chrono::seconds purge_age, std::size_t matches);

  void note(Record record);
  /// What belongs together is written together: all that one read of a log gave, its sightings and
  /// bans and then its position, must come in one call. Torn apart, a crash in between would have
  /// them counted twice.
  void note(Records together);

  [[nodiscard]] Health health() const;
  /// An eventfd that becomes readable when `trouble` or `dropped` has changed; whoever reads it
  /// resets it.
  [[nodiscard]] int health_fd() const;
  /// What happened at the start that a person should hear: a damaged file, set aside.
  [[nodiscard]] std::vector<std::string> take_notices();

  /// Everything noted so far is in both databases; or Errc::timeout with the reason.
  [[nodiscard]] Result<void> flush(std::chrono::milliseconds deadline);

  /// What a start begins with. While our own file cannot be opened: what can be read of it, else
  /// what fail2ban's database says.
  [[nodiscard]] Result<Memory> recall(const std::vector<KeptJail>& jails, ban::Instant now);

  /// The same in two parts: all but the bans, and these, which come when they are read.
  [[nodiscard]] Result<Memory> recall_without_bans(const std::vector<KeptJail>& jails,
                                                   ban::Instant now);
  [[nodiscard]] Result<std::unique_ptr<BanReader>> running_bans(ban::Instant now);

  /// For guard::BanHistory: each to be handed to its `add`, in this order.
  [[nodiscard]] Result<std::vector<ban::Ban>> past_bans(ban::Instant now);

  /// Bans of an address or id, and of the networks that hold it; the youngest first.
  [[nodiscard]] Result<std::vector<BanStory>> bans_of(const std::string& target,
                                                      std::int64_t limit);
  /// Sightings of an address or id, of a network those of its addresses; the youngest first.
  [[nodiscard]] Result<std::vector<Seen>> sightings_of(const std::string& target,
                                                       ban::Instant since,
                                                       std::int64_t limit);
  [[nodiscard]] Result<std::vector<Offender>> top(TopBy by, ban::Instant since, std::int64_t limit);
  [[nodiscard]] Result<std::vector<JailCount>> count_jails(ban::Instant since, ban::Instant now);

private:
  [[nodiscard]] Result<Memory> recall(const std::vector<KeptJail>& jails,
                                      ban::Instant now,
                                      bool with_bans);

  Ledger(LedgerFiles files, LedgerOptions options, const Clock& clock);

  /// Runs `ask` on a connection of its own, or in memory on the only one.
  [[nodiscard]] Result<void> reading(const std::function<Result<void>(Database&)>& ask);
  [[nodiscard]] Result<void> reading_file(const std::function<Result<void>(Database&)>& ask);

  [[nodiscard]] Way way() const { return {files_.own, files_.vfs, {}}; }

  LedgerFiles files_;
  LedgerOptions options_;
  std::mutex reader_mutex_;
  std::unique_ptr<Database> reader_;
  FileIdentity reader_file_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace spranga::ledger
