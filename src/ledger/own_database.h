// Our own database: opened, made, brought up to date, and looked at before anybody relies on it.
//
// WAL with synchronous NORMAL: a kill -9 loses nothing that was committed, a power cut at most the
// last moments, and neither ever leaves half a transaction. Deleted rows make room for new ones;
// what is left over goes back to the disk by incremental_vacuum, a little after each purge. The
// whole file is never rewritten (VACUUM needs twice its room, and nobody could write meanwhile).
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "ledger/sqlite.h"

namespace spranga::ledger {

struct OwnDatabase {
  Database db;
  /// Something a person should hear; "" otherwise.
  std::string notice;
};

/// A damaged file is set aside as PATH.set-aside (one is kept, the last) and
/// a new one begun. Errc::conflict: the file belongs to a newer version, or is no ledger; it is
/// left as it is.
[[nodiscard]] Result<OwnDatabase> open_own_database(const Way& way);

/// To ask only; never waits for the writer. Not for a database in memory.
[[nodiscard]] Result<Database> open_for_reading(const Way& way);

/// What the file knows, for a disk that takes no writes: of an older version a copy in memory that
/// is brought up to date. Errc::not_found: nothing was ever in it.
[[nodiscard]] Result<Database> open_unwritten(const Way& way);

/// Values with a name; see the schema.
[[nodiscard]] Result<std::optional<std::int64_t>> meta(Database& db, std::string_view name);
[[nodiscard]] Result<void> set_meta(Database& db, std::string_view name, std::int64_t value);

}  // namespace spranga::ledger
