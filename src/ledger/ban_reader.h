// BanReader: the bans that run on, read by a thread of its own while the guard is at work already:
// a million of them take longer than an attacker may be kept waiting for. They are those of the
// moment at which it begins, by their beginning.
//
// Where they are many they come twice: first who they are and until when, so that the firewall can
// be told of all of them; then everything, for the books.
//
// What the thread has read ahead is bounded; it waits until somebody takes some.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "ledger/record.h"
#include "ledger/sqlite.h"

namespace spranga::ledger {

class BanReader {
public:
  /// Reads `db`, which is its own from now on.
  BanReader(Database db, ban::Instant now);
  /// Of bans that are read already, and why that may not be all of them.
  explicit BanReader(std::vector<BanMade> bans, std::string trouble = "");
  ~BanReader();
  BanReader(const BanReader&) = delete;
  BanReader& operator=(const BanReader&) = delete;
  BanReader(BanReader&&) = delete;
  BanReader& operator=(BanReader&&) = delete;

  /// Readable while there is something to take, or it has come to its end.
  [[nodiscard]] int fd() const { return ready_.get(); }

  /// Up to portion_size of them.
  struct Portion {
    std::vector<ban::Ban> ahead;  // without counts; they come once more, among the others
    std::vector<BanMade> bans;
  };

  /// The next ones; none: there are none yet, or no more. Waits up to `patience`.
  [[nodiscard]] Portion take(std::chrono::milliseconds patience = {});

  /// Everything was taken.
  [[nodiscard]] bool is_done() const;

  /// Why it came to its end too early; "" = it did not.
  [[nodiscard]] std::string trouble() const;

  static constexpr std::size_t portion_size = 1000;

private:
  void read(Database& db, ban::Instant now);
  Result<void> read_ahead(Database& db, ban::Instant now);
  bool hand_over(Portion portion);  // false: nobody wants them any more
  void end(std::string trouble);

  static constexpr std::size_t most_portions = 32;

  Fd ready_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Portion> portions_;
  bool ended_{false};
  bool stopping_{false};
  std::string trouble_;
  std::thread thread_;
};

}  // namespace spranga::ledger
