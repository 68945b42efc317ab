// Waiting: the records on their way to the disk, and what is given up when it takes none for long.
// No thread and no disk in here.
//
// What one read of a log gave (sightings, bans, the new position) is noted together and is never
// torn apart. One transaction takes everything that waits, so a later position may replace an
// earlier one. When more waits than the limit allows, this is given up, in this order:
//   1. the text of sightings (their time, id and rule stay);
//   2. sightings older than their jail's findtime: they count no more;
//   3. new sightings, whole notes of them. From then on the jail has a gap: its positions stand
//      still before it, and the sightings that are written behind it are marked as ahead. After a
//      crash the log is read again from there and those ahead are forgotten: nothing is lost, nor
//      counted twice. Once the last one given up is older than findtime, the gap is closed.
//   4. bans, when even their reserve is used up; their jail gets a gap, too;
//   5. that a person ended a ban, at eight times the limit.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ledger/record.h"

namespace spranga::ledger {

struct GapBegins {
  std::string jail;
};

struct GapEnds {
  std::string jail;
};

using Entry =
    std::variant<Seen, BanMade, BanEnded, Position, Totals, CleanStop, GapBegins, GapEnds>;

class Waiting {
public:
  /// `most` in bytes of memory, roughly.
  explicit Waiting(std::size_t most) : most_(most) {}

  /// How long sightings of a jail count; of jails that are not named, a day.
  void set_jails(const std::vector<KeptJail>& jails);

  /// Records that belong together.
  void add(Records together, ban::Instant now);

  /// Everything that waits. It still counts against the limit until `written` or `put_back`.
  [[nodiscard]] std::vector<Entry> take();

  void put_back(std::vector<Entry> entries);

  /// What was taken is on the disk: gaps that matter no more are closed. True: there were some, and
  /// what they held back waits now.
  [[nodiscard]] bool written(ban::Instant now);

  [[nodiscard]] bool empty() const { return entries_.empty(); }

  [[nodiscard]] std::size_t size() const { return entries_.size() + taken_; }

  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
  struct Gap {
    ban::Instant last;                          // the youngest sighting or ban that was given up
    std::map<std::string, Position> positions;  // by file
    std::optional<Totals> totals;
  };

  using Key = std::pair<std::string, std::string>;  // jail, file; see totals_key

  [[nodiscard]] std::chrono::seconds findtime(const std::string& jail) const;
  [[nodiscard]] bool has_room(std::size_t more, std::size_t limit) const;
  void make_room(ban::Instant now);
  void admit(Records together, ban::Instant now, bool with_sightings);
  [[nodiscard]] bool has_reserve() const;
  void admit_one(Seen seen, ban::Instant now);
  void admit_one(BanMade made, ban::Instant now);
  void admit_one(BanEnded ended, ban::Instant now);
  void admit_one(Position position, ban::Instant now);
  void admit_one(Totals totals, ban::Instant now);
  void admit_one(CleanStop stop, ban::Instant now);
  void give_up(const std::string& jail, ban::Instant at);
  void push(Entry entry);
  void replace_or_push(const Key& key, Entry entry);
  void count();

  std::size_t most_;
  std::vector<Entry> entries_;
  std::map<Key, std::size_t> latest_;  // places in entries_ of what a later one replaces
  std::map<std::string, Gap> gaps_;
  std::map<std::string, std::chrono::seconds> findtimes_;
  std::size_t bytes_{0};        // of entries_
  std::size_t taken_{0};        // entries
  std::size_t taken_bytes_{0};  // of those
  std::uint64_t dropped_{0};
  bool keeps_lines_{true};
  ban::Instant made_room_;
};

}  // namespace spranga::ledger
