// SQLite as values and Results. A connection belongs to one thread at a time; its statements are
// prepared once and kept. Bytes are bound as they are: nothing is ever pasted into SQL.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ban/instant.h"
#include "base/result.h"

namespace spranga::ledger {

/// The row that a statement stands on; valid until the next one.
class Row {
public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;

  [[nodiscard]] double real(int column) const;

  /// Text or blob alike, NUL bytes included.
  [[nodiscard]] std::string bytes(int column) const;
  [[nodiscard]] ban::Instant instant(int column) const;
  [[nodiscard]] std::optional<ban::Instant> maybe_instant(int column) const;

private:
  sqlite3_stmt* statement_;
};

/// Bound as a blob whatever it holds.
struct Blob {
  std::string_view bytes;
};

class Database {
public:
  enum class Mode { create, existing, reading };

  /// "" is a database in memory. `vfs` "" is SQLite's own way to the disk.
  [[nodiscard]] static Result<Database> open(const std::string& path,
                                             Mode mode,
                                             const std::string& vfs);

  /// Another connection that holds a lock is waited for; no longer once `give_up` is true.
  void wait_for_locks(std::chrono::milliseconds limit, const std::atomic<bool>* give_up);

  /// One statement to its end; `values` are bound in their order.
  template <class... Values>
  Result<void> run(std::string_view sql, const Values&... values) {
    return each(
        sql, [](const Row&) {}, values...);
  }

  /// One statement, and what to do with each of its rows.
  template <class Visit, class... Values>
  Result<void> each(std::string_view sql, const Visit& visit, const Values&... values) {
    SPRANGA_TRY(auto* const statement, prepared(sql));
    int place = 0;
    (bind(statement, ++place, values), ...);
    return step_all(statement, visit);
  }

  /// The first column of the first row; 0 where there is none.
  template <class... Values>
  Result<std::int64_t> number(std::string_view sql, const Values&... values) {
    std::optional<std::int64_t> first;
    SPRANGA_CHECK(each(
        sql, [&first](const Row& row) { first = first.value_or(row.number(0)); }, values...));
    return first.value_or(0);
  }

  /// Several statements, none of them kept.
  Result<void> script(const char* sql);

  /// Reads all of it. Errc::malformed with what is wrong.
  Result<void> look_for_damage();

  /// How many rows the last statement changed.
  [[nodiscard]] int changes() const;

private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  struct Locks {
    int limit{0};  // milliseconds
    const std::atomic<bool>* give_up{nullptr};
  };

  Database(std::string path, sqlite3* db) : path_(std::move(path)), db_(db) {}

  static int wait_a_little(void* locks, int times);
  template <class Number>
  requires std::integral<Number>

  static void bind(sqlite3_stmt* statement, int place, Number value) {
    sqlite3_bind_int64(statement, place, static_cast<std::int64_t>(value));
  }

  static void bind(sqlite3_stmt* statement, int place, double value);
  static void bind(sqlite3_stmt* statement, int place, std::string_view value);
  static void bind(sqlite3_stmt* statement, int place, Blob value);
  static void bind(sqlite3_stmt* statement, int place, ban::Instant value);
  static void bind(sqlite3_stmt* statement, int place, const std::optional<ban::Instant>& value);

  [[nodiscard]] Result<sqlite3_stmt*> prepared(std::string_view sql);
  [[nodiscard]] Result<void> step_all(sqlite3_stmt* statement,
                                      const std::function<void(const Row&)>& visit);
  [[nodiscard]] Failure failure() const;

  std::string path_;
  std::unique_ptr<Locks> locks_{std::make_unique<Locks>()};
  std::unique_ptr<sqlite3, Close> db_;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>> statements_;
};

/// All or nothing: what `work` writes is committed if it succeeds, else rolled back.
[[nodiscard]] Result<void> transaction(Database& db, const std::function<Result<void>()>& work);

}  // namespace spranga::ledger
