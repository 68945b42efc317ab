// A folder of its own, a clock that two threads may ask, and records to note.
#pragma once

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/sqlite.h"

namespace spranga::ledger::test {

using namespace std::chrono_literals;

inline constexpr ban::Instant noon{std::chrono::seconds(1'800'000'000)};

class FixedClock final : public Clock {
public:
  [[nodiscard]] SteadyTime now() const override { return SteadyTime(at_.load()); }

  [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
    return std::chrono::system_clock::time_point(at_.load());
  }

  void advance(std::chrono::nanoseconds by) { at_ = at_.load() + by; }

private:
  std::atomic<std::chrono::nanoseconds> at_{noon.time_since_epoch()};
};

class Folder {
public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "ledger.XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }

  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;

  [[nodiscard]] std::string own() const { return path_ / "ledger.sqlite3"; }

  [[nodiscard]] std::string fail2ban() const { return path_ / "fail2ban.sqlite3"; }

  [[nodiscard]] LedgerFiles files() const { return {own(), fail2ban(), ""}; }

private:
  std::filesystem::path path_;
};

inline const std::vector<KeptJail> jails{{"sshd", 600s}, {"postfix", 3600s}};

inline std::unique_ptr<Ledger> opened(const LedgerFiles& files,
                                      const Clock& clock,
                                      LedgerOptions options = {}) {
  options.linger = 0ms;
  options.retry = 10ms;
  options.locks = 50ms;
  auto ledger = Ledger::open(files, options, clock);
  if (!ledger) {
    ADD_FAILURE() << ledger.error().detail;
    return nullptr;
  }
  (*ledger)->set_jails(jails);
  return std::move(*ledger);
}

inline Seen seen(const std::string& id, ban::Instant at = noon, const std::string& jail = "sshd") {
  return {jail, id, at, 1, false, "filter.d/" + jail + ".conf:12", "a line about " + id};
}

inline BanMade banned(const std::string& target,
                      std::optional<ban::Instant> until = noon + 1h,
                      const std::string& jail = "sshd") {
  return {{jail, target, noon - 60s, until, 1, 5}, false, "filter", {"first line", "second line"}};
}

inline Position position(std::uint64_t offset, const std::string& jail = "sshd") {
  return {jail, "/var/log/" + jail + ".log", 1, 2, offset, std::string(40, 'a'), "", noon};
}

/// One column of all rows of a question, asked by another program, as it were.
inline std::vector<std::string> asked(const std::string& path, const std::string& sql) {
  std::vector<std::string> out;
  auto db = Database::open({path, "", {}}, Database::Mode::existing);
  EXPECT_TRUE(db);
  if (db) {
    const auto done = db->each(sql, [&out](const Row& row) { out.push_back(row.bytes(0)); });
    EXPECT_TRUE(done) << (done ? "" : done.error().detail);
  }
  return out;
}

template <class T>
std::vector<std::string> names(const std::vector<T>& list) {
  std::vector<std::string> out;
  for (const auto& one : list) {
    if constexpr (std::is_same_v<T, Seen>) {
      out.push_back(one.id);
    } else if constexpr (std::is_same_v<T, BanMade>) {
      out.push_back(one.ban.target);
    } else {
      out.push_back(one.target);
    }
  }
  return out;
}

}  // namespace spranga::ledger::test
