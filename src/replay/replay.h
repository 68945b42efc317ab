// replay: old logs through the guard's own core. Files in, bans out; the clock is the latest date
// read. Nothing is written, no program runs and DNS is not asked.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ban/jail_spec.h"
#include "base/result.h"
#include "replay/ban_book.h"
#include "replay/feeding.h"
#include "replay/jail_run.h"
#include "replay/stream.h"

namespace spranga::replay {

struct ReplayOptions {
  std::vector<std::string> files;  // "-": standard input
  bool chosen{false};              // with --jail: the jails read every file
  std::optional<std::chrono::seconds> since;
  std::optional<std::string> timezone;           // of lines and jails that name none
  ban::Instant today;                            // what a date without a year is guessed from
  std::string logtarget;                         // of the configuration: recidive's food
  std::optional<std::chrono::seconds> remember;  // dbpurgeage: how long bans are remembered
  bool innocents{true};
  bool scan{true};  // look for words in whole blocks first; without, the same answer comes later
  std::vector<net::Address> own_addresses;  // what ignoreself leaves alone
};

/// A sighting with what came of it, for those who want to see each.
struct Seen {
  const Stream* stream;  // nullptr: one of our own ban lines
  const ban::JailSpec& jail;
  const ban::Sighting& sighting;
  const guard::Judgement& judgement;
  ban::Instant clock;
};

struct ReplayWatch {
  std::function<void(Stream& stream)> line;  // each, before its jails read it
  std::function<void(const Seen& seen)> sighting;
  /// Now and then: how far the files are read, in bytes, and the clock.
  std::function<void(std::uint64_t done, std::uint64_t total, ban::Instant clock)> progress;
};

struct FileTrouble {
  std::string file;
  std::string why;
  bool unread{false};  // nothing of it was read
};

/// A file that journalctl wrote in a form for programs.
struct ExportedJournal {
  std::string file;
  std::string form;  // "json", "export"
};

struct ReplayResult {
  std::uint64_t lines{0};
  std::uint64_t sightings{0};
  BookedBans bans;
  std::size_t targets{0};  // different ones that they have
  std::optional<ban::Instant> first_date;
  std::optional<ban::Instant> last_date;
  std::vector<std::string> jails;  // that were at work
  std::vector<BadJail> bad_jails;
  std::vector<FileTrouble> trouble;
  std::vector<std::string> matched_by_none;  // files that no logpath names
  std::vector<ExportedJournal> exported;     // files that need another form
  std::vector<std::string> deaf_jails;       // whose journalmatch wanted no entry
  std::uint64_t cut_lines{0};
  std::uint64_t sessions_dropped{0};
  std::vector<std::string> quarantined;      // "file:line" of expressions that ran away
  std::vector<std::string> names_not_asked;  // of ignoreip
  std::uint64_t hosts_not_asked{0};          // names of clients in lines
  bool ignorecommand_not_run{false};
};

[[nodiscard]] ReplayResult replay(const std::vector<ban::JailSpec>& jails,
                                  const ReplayOptions& options,
                                  const ReplayWatch& watch);

}  // namespace spranga::replay
