// Book: records into our own database, each time all or none of them. Used by the writer alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/own_database.h"
#include "ledger/waiting.h"

namespace spranga::ledger {

class Book {
public:
  /// `matches`: how many lines of a ban are kept (dbmaxmatches).
  [[nodiscard]] static Result<Book> open(Database& db, std::size_t matches);

  /// One transaction. After a failure nothing of it is there, and it may be tried again.
  [[nodiscard]] Result<void> write(const std::vector<Entry>& entries, ban::Instant now);

  void keep_matches(std::size_t matches) { matches_ = matches; }

  /// Rows of sightings that were put in since forget_growth().
  [[nodiscard]] std::int64_t grown() const { return grown_; }

  void forget_growth() { grown_ = 0; }

  /// The next number for `change` in table bans.
  [[nodiscard]] std::int64_t last_change() const { return change_; }

private:
  Book(Database& db, std::size_t matches) : db_(&db), matches_(matches) {}

  [[nodiscard]] Result<void> put_all(const std::vector<Entry>& entries);
  [[nodiscard]] Result<void> put(const Seen& seen);
  [[nodiscard]] Result<void> insert(const Seen& seen);
  [[nodiscard]] Result<void> put(const BanMade& made);
  [[nodiscard]] Result<void> put(const BanEnded& ended);
  [[nodiscard]] Result<void> put(const Position& position);
  [[nodiscard]] Result<void> put(const Totals& totals);
  [[nodiscard]] Result<void> put(const CleanStop& stop);
  [[nodiscard]] Result<void> put(const GapBegins& gap);
  [[nodiscard]] Result<void> put(const GapEnds& gap);

  Database* db_;
  std::size_t matches_;
  std::int64_t change_{0};
  bool unclean_{false};
  ban::Instant now_;
  std::int64_t positions_{0};  // put in at that moment
  std::int64_t grown_{0};

  // Rows that joining sightings are added to, by what they share with them.
  static constexpr std::size_t most_rows = 50'000;
  static constexpr std::chrono::seconds rows_kept{10};
  std::unordered_map<std::string, std::int64_t> rows_;
  ban::Instant rows_since_{};
};

}  // namespace spranga::ledger
