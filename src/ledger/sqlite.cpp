#include "ledger/sqlite.h"

#include <fmt/core.h>

#include <array>
#include <cctype>

#include "text/escape.h"
#include "text/utf8.h"

namespace spranga::ledger {

namespace {

Errc errc_of(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::malformed;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Errc::timeout;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Errc::denied;
    case SQLITE_FULL:
    case SQLITE_TOOBIG:
      return Errc::too_large;
    default:
      return Errc::io;
  }
}

std::string shown(const std::string& path) {
  return path.empty() ? "memory" : path;
}

/// Whatever means something in a URI is written as %XX.
std::string uri_of(const std::string& path) {
  std::string out;
  for (const auto each : path) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(each)) != 0 ||
                          std::string_view("/-._").find(each) != std::string_view::npos;
    out +=
        is_plain ? std::string(1, each) : fmt::format("%{:02X}", static_cast<unsigned char>(each));
  }
  return out;
}

std::chrono::microseconds micros(std::int64_t value) {
  return std::chrono::microseconds(value);
}

}  // namespace

bool Row::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Row::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Row::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

std::string_view Row::view(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? std::string_view()
                         : std::string_view(data, static_cast<std::size_t>(size));
}

ban::Instant Row::instant(int column) const {
  return ban::Instant(micros(number(column)));
}

std::optional<ban::Instant> Row::maybe_instant(int column) const {
  return is_null(column) ? std::nullopt : std::optional(instant(column));
}

Result<Database> Database::open(const Way& way, Mode mode) {
  int flags = SQLITE_OPEN_NOMUTEX;
  switch (mode) {
    case Mode::create:
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      break;
    case Mode::existing:
      flags |= SQLITE_OPEN_READWRITE;
      break;
    case Mode::reading:
      flags |= SQLITE_OPEN_READONLY;
      break;
    case Mode::immutable:
      flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
      break;
  }
  sqlite3* raw = nullptr;
  const auto name = way.path.empty()          ? ":memory:"
                    : mode == Mode::immutable ? "file:" + uri_of(way.path) + "?immutable=1"
                                              : way.path;
  const auto code =
      sqlite3_open_v2(name.c_str(), &raw, flags, way.vfs.empty() ? nullptr : way.vfs.c_str());
  Database db(way, raw);
  if (raw == nullptr) {
    return fail(Errc::internal, shown(way.path) + ": no memory for a connection");
  }
  if (code != SQLITE_OK) {
    return db.failure();
  }
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_handler(raw, &Database::wait_a_little, db.locks_.get());
  // Who may open no file but this one sorts in memory.
  SPRANGA_CHECK(db.script("PRAGMA temp_store = MEMORY"));
  return db;
}

int Database::wait_a_little(void* locks, int times) {
  constexpr std::int64_t step = 5;  // milliseconds
  const auto& how = *static_cast<const LockWait*>(locks);
  if (times * step >= how.limit.count() || (how.give_up != nullptr && how.give_up->load())) {
    return 0;
  }
  sqlite3_sleep(static_cast<int>(step));
  return 1;
}

void Database::bind(sqlite3_stmt* statement, int place, double value) {
  sqlite3_bind_double(statement, place, value);
}

// Equal bytes always get the same type, so that they are found again; text only where every reader
// of the file can read it as such.
void Database::bind(sqlite3_stmt* statement, int place, std::string_view value) {
  if (value.find('\0') != std::string_view::npos || !text::is_valid_utf8(value)) {
    bind(statement, place, Blob{value});
    return;
  }
  const char* const data = value.empty() ? "" : value.data();
  sqlite3_bind_text64(statement, place, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Database::bind(sqlite3_stmt* statement, int place, Blob value) {
  const char* const data = value.bytes.empty() ? "" : value.bytes.data();
  sqlite3_bind_blob64(statement, place, data, value.bytes.size(), SQLITE_STATIC);
}

void Database::bind(sqlite3_stmt* statement, int place, ban::Instant value) {
  sqlite3_bind_int64(statement, place, value.time_since_epoch().count());
}

void Database::bind(sqlite3_stmt* statement, int place, const std::optional<ban::Instant>& value) {
  if (value) {
    bind(statement, place, *value);
  } else {
    sqlite3_bind_null(statement, place);
  }
}

Result<sqlite3_stmt*> Database::prepared(std::string_view sql) {
  if (const auto known = statements_.find(sql); known != statements_.end()) {
    return known->second.get();
  }
  sqlite3_stmt* raw = nullptr;
  const auto code = sqlite3_prepare_v3(db_.get(),
                                       sql.data(),
                                       static_cast<int>(sql.size()),
                                       SQLITE_PREPARE_PERSISTENT,
                                       &raw,
                                       nullptr);
  if (code != SQLITE_OK) {
    return failure();
  }
  return statements_.emplace(sql, raw).first->second.get();
}

Result<void> Database::step_all(sqlite3_stmt* statement,
                                const std::function<bool(const Row&)>& visit) {
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    if (!visit(Row(statement))) {
      code = SQLITE_DONE;
      break;
    }
  }
  Result<void> done;
  if (code != SQLITE_DONE) {
    done = failure();
  }
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return done;
}

Result<void> Database::script(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return failure();
  }
  return {};
}

Result<Database> Database::copy() {
  SPRANGA_TRY(auto out, open({}, Mode::create));
  auto* const backup = sqlite3_backup_init(out.db_.get(), "main", db_.get(), "main");
  if (backup == nullptr) {
    return out.failure();
  }
  constexpr int all_pages = -1;
  const auto code = sqlite3_backup_step(backup, all_pages);
  sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) {
    return fail(errc_of(code),
                fmt::format("{}: it cannot be copied: {}", shown(path_), sqlite3_errstr(code)));
  }
  return out;
}

Result<void> Database::look_for_damage() {
  // About an eighth of a second.
  constexpr std::int64_t not_huge = 64LL * 1024 * 1024;
  SPRANGA_TRY(const auto pages, number("PRAGMA page_count"));
  SPRANGA_TRY(const auto page_size, number("PRAGMA page_size"));
  if (pages * page_size > not_huge) {
    return {};
  }
  std::string complaint;
  SPRANGA_CHECK(
      each("PRAGMA quick_check(1)", [&complaint](const Row& row) { complaint = row.bytes(0); }));
  if (complaint != "ok") {
    return fail(Errc::malformed, shown(path_) + ": " + text::escape(complaint));
  }
  return {};
}

std::int64_t Database::last_row() const {
  return sqlite3_last_insert_rowid(db_.get());
}

int Database::changes() const {
  return sqlite3_changes(db_.get());
}

std::int64_t Database::all_changes() const {
  return sqlite3_total_changes(db_.get());
}

std::optional<std::int64_t> Database::change_counter() const {
  // Of SQLite's file format: 18 and 19 how it is journaled, 24 to 27 the counter, big-endian.
  constexpr int first = 18;
  constexpr std::size_t counter = 6;
  std::array<unsigned char, 10> header{};
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
      file == nullptr || file->pMethods == nullptr ||
      file->pMethods->xRead(file, header.data(), header.size(), first) != SQLITE_OK ||
      header[0] != 1 || header[1] != 1) {
    return std::nullopt;
  }
  std::int64_t out = 0;
  for (std::size_t i = counter; i < header.size(); ++i) {
    out = out << 8 | header.at(i);
  }
  return out;
}

Failure Database::failure() const {
  const auto code = sqlite3_extended_errcode(db_.get());
  return fail(errc_of(code),
              fmt::format("{}: {}", shown(path_), text::escape(sqlite3_errmsg(db_.get()))));
}

Result<void> transaction(Database& db, const std::function<Result<void>()>& work) {
  SPRANGA_CHECK(db.run("BEGIN IMMEDIATE"));
  auto done = work();
  if (done) {
    done = db.run("COMMIT");
  }
  if (!done) {
    // Some errors end the transaction by themselves; then there is nothing to roll back.
    static_cast<void>(db.run("ROLLBACK"));
  }
  return done;
}

}  // namespace spranga::ledger
