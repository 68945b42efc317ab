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
  [[nodiscard]] std::string bytes(int column) const { return std::string(view(column)); }

  /// The same where it stands: valid until the next row.
  [[nodiscard]] std::string_view view(int column) const;
  [[nodiscard]] ban::Instant instant(int column) const;
  [[nodiscard]] std::optional<ban::Instant> maybe_instant(int column) const;

private:
  sqlite3_stmt* statement_;
};

/// Bound as a blob whatever it holds.
struct Blob {
  std::string_view bytes;
};

/// Locks of other connections are waited for, but no longer once `give_up` is true.
struct LockWait {
  std::chrono::milliseconds limit{1000};
  const std::atomic<bool>* give_up{nullptr};
};

/// How a database is reached.
struct Way {
  std::string path;  // "" = in memory
  std::string vfs;   // "" = SQLite's own
  LockWait locks;
};

class Database {
public:
  enum class Mode {
    create,
    existing,
    reading,
    immutable,  // to read what nobody writes, nor can
  };

  [[nodiscard]] static Result<Database> open(const Way& way, Mode mode);

  /// One statement to its end; `values` are bound in their order.
  template <class... Values>
  Result<void> run(std::string_view sql, const Values&... values) {
    return each(
        sql, [](const Row&) {}, values...);
  }

  /// One statement, and what to do with each of its rows.
  template <class Visit, class... Values>
  Result<void> each(std::string_view sql, const Visit& visit, const Values&... values) {
    return each_while(
        sql,
        [&visit](const Row& row) {
          visit(row);
          return true;
        },
        values...);
  }

  /// The same, until `visit` is false.
  template <class Visit, class... Values>
  Result<void> each_while(std::string_view sql, const Visit& visit, const Values&... values) {
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

  /// All of it as it is now, in memory.
  [[nodiscard]] Result<Database> copy();

  /// Reads all of it, where it is not huge. Errc::malformed with what is wrong.
  Result<void> look_for_damage();

  /// How many rows the last statement changed.
  [[nodiscard]] int changes() const;

  /// The id of the row that was inserted last.
  [[nodiscard]] std::int64_t last_row() const;

  /// And all of this connection so far.
  [[nodiscard]] std::int64_t all_changes() const;

  /// The number that each transaction of anybody's that changes the file leaves in its header;
  /// nullopt where that cannot be relied on (a journal of the kind WAL) or not read.
  [[nodiscard]] std::optional<std::int64_t> change_counter() const;

private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  Database(const Way& way, sqlite3* db)
      : path_(way.path), locks_(std::make_unique<LockWait>(way.locks)), db_(db) {}

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
                                      const std::function<bool(const Row&)>& visit);
  [[nodiscard]] Failure failure() const;

  std::string path_;
  std::unique_ptr<LockWait> locks_;  // where SQLite finds it
  std::unique_ptr<sqlite3, Close> db_;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>> statements_;
};

/// All or nothing: what `work` writes is committed if it succeeds, else rolled back.
[[nodiscard]] Result<void> transaction(Database& db, const std::function<Result<void>()>& work);

}  // namespace spranga::ledger
