// LiveJail: one jail at work: its filter, its judge, who is banned, what it has counted. Decisions
// only; what comes of them goes through the ports.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ban/jail_spec.h"
#include "base/result.h"
#include "guard/judge/judge.h"
#include "guard/live/ban_list.h"
#include "guard/live/hands.h"
#include "guard/live/log.h"
#include "guard/live/note_book.h"
#include "guard/logs/journal_match.h"
#include "guard/match/matcher.h"
#include "guard/match/word_table.h"
#include "ledger/ledger.h"

namespace spranga::guard {

class LiveJail;

/// What the jails of one guard share. Everything outlives them.
struct LiveWorld {
  Log& log;
  Hands& hands;
  /// What is to be written down; it goes to the ledger with the position of the log, at the end of
  /// a turn or, in a flood, of some.
  NoteBook& notes;
  /// Why an address may never be banned ("the gateway"); "" = it may be.
  std::function<std::string(const std::string& target)> safe;
  JudgePorts judge;  // without `command`
  /// Whether the jail's ignorecommand says so.
  std::function<bool(const LiveJail& jail, const ban::Sighting& sighting)> ignores;
  MatchOptions match;
  /// Local time as fail2ban logs it: "2026-11-29 01:49:03".
  std::function<std::string(ban::Instant)> time_text;
  /// Whether the sighting has to wait for an answer of DNS: it comes back then (Guard::resume).
  std::function<bool(const LiveJail& jail, const ban::Sighting& sighting)> waits{};
  /// What the jails' expressions need of a line; each jail takes its own in when it is made.
  WordTable words{};
  /// Files about whose encoding nothing is said again until then.
  std::map<std::string, ban::Instant> told_undecodable{};
};

class LiveJail {
public:
  /// Errors name the expression or option by file:line.
  [[nodiscard]] static Result<std::unique_ptr<LiveJail>> make(const ban::JailSpec& spec,
                                                              LiveWorld& world,
                                                              ban::Instant now);

  /// What a line of its log gave. Fresh bans are appended to `bans`, for recidive.
  void on_sighting(const ban::Sighting& sighting, ban::Instant now, std::vector<ban::Ban>& bans);

  /// A fresh line's date was so far off from now, which it was taken for (< 0: before): once a day
  /// that is said, as fail2ban says it.
  void tell_odd_date(std::chrono::seconds off, std::string_view line, ban::Instant now);

  /// A line without a date was a hit: said once a day, too.
  void tell_no_date(std::string_view last_date, std::string_view line, ban::Instant now);

  /// A line of this file has bytes that the jail's logencoding does not know: said once a day of
  /// each file, whatever jail reads it.
  void tell_undecodable(const std::string& file, std::string_view raw, ban::Instant now);

  /// Lets go whom it is time for; how many.
  std::size_t let_go(ban::Instant now);

  /// By a person. False: banned already.
  bool ban(const std::string& target, ban::Instant now, std::vector<ban::Ban>& bans);

  /// By a person; false: it was not banned.
  bool unban(const std::string& target, ban::Instant now);

  /// Everybody; how many.
  std::size_t unban_all(ban::Instant now);

  /// A failure by a person's word ("attempt").
  void attempt(const std::string& id,
               const std::vector<std::string>& lines,
               ban::Instant now,
               std::vector<ban::Ban>& bans);

  /// Bans of an earlier life will come, maybe long after the first line: until end_restoring(), who
  /// is let go by a person is remembered, so that no such ban brings him back.
  void begin_restoring() {
    let_go_meanwhile_.emplace();
    judge_->begin_restoring();
  }

  void end_restoring() {
    let_go_meanwhile_.reset();
    judge_->end_restoring();
  }

  /// restore() will come for it: what it needs of the firewall is ordered. `ban`: without counts.
  void restore_ahead(const ban::Ban& ban, ban::Instant now);

  /// A ban of an earlier life that runs on, unless today's settings say otherwise
  /// (Judge::ask_again). One that is here already stands, until the later of both ends. `counts`:
  /// it is one more in the totals.
  void restore(ledger::BanMade made, ban::Instant now, bool counts = true);

  /// A failure of an earlier life, for the counters.
  void recall(const ledger::Seen& seen, ban::Instant now);

  /// Totals of before a crash.
  void set_totals(JailTotals totals);

  /// Other settings or another filter; bans and counters stay. On an error nothing has changed.
  [[nodiscard]] Result<void> change(const ban::JailSpec& spec, ban::Instant now);

  /// Lets everybody go as fail2ban does when a jail stops: the bans stay in the ledger.
  void close(bool keep_doors_shut);

  void set_idle(bool idle) { idle_ = idle; }

  [[nodiscard]] bool idle() const { return idle_; }

  [[nodiscard]] const std::string& name() const { return spec_.name; }

  [[nodiscard]] const ban::JailSpec& spec() const { return spec_; }

  [[nodiscard]] Matcher& matcher() { return *matcher_; }

  [[nodiscard]] const Matcher& matcher() const { return *matcher_; }

  /// Whether its filter's words are in the table: lines without them do not concern it.
  [[nodiscard]] bool knows_words() const { return knows_words_; }

  [[nodiscard]] const WordTable& word_table() const { return world_.words; }

  [[nodiscard]] Judge& judge() { return *judge_; }

  [[nodiscard]] const Judge& judge() const { return *judge_; }

  [[nodiscard]] const BanList& bans() const { return bans_; }

  [[nodiscard]] JailNumbers numbers() const;

  [[nodiscard]] JailTotals totals() const { return totals_; }

  /// Bans whose evidence lacks lines, since these had made room for others (RecentLines).
  [[nodiscard]] std::uint64_t bans_lacking_lines() const { return bans_lacking_lines_; }

  [[nodiscard]] const JournalMatch& journalmatch() const { return *journalmatch_; }

private:
  LiveJail(ban::JailSpec spec, LiveWorld& world);

  void count(std::string_view word,
             const ban::Sighting& sighting,
             ban::Instant now,
             std::vector<ban::Ban>& bans);
  [[nodiscard]] Result<void> build(const ban::JailSpec& spec, ban::Instant now);
  void begin_ban(const Judgement& judgement,
                 const ban::Sighting& sighting,
                 std::vector<ban::Ban>& bans);
  void prolong(const HeldBan& held, std::optional<ban::Instant> until);
  void outlast(const HeldBan& held, std::optional<ban::Instant> until);
  void ban_again(const Judgement& judgement, const ban::Sighting& sighting, ban::Instant now);
  [[nodiscard]] bool may_check(const HeldBan& held, ban::Instant now);
  void tell_of_growth(const Judgement& judgement);
  [[nodiscard]] const HeldBan* held_of(const ban::Sighting& sighting) const;
  void say(Level level,
           std::string_view logger,
           std::initializer_list<std::string_view> text) const;

  ban::JailSpec spec_;
  LiveWorld& world_;
  std::unique_ptr<Matcher> matcher_;
  bool knows_words_{false};
  std::unique_ptr<Judge> judge_;
  std::unique_ptr<JournalMatch> journalmatch_;
  BanList bans_;
  ban::Instant checks_since_{};  // of the second at hand
  int checks_{0};                // bans that were looked after in it
  std::optional<std::set<std::string>> let_go_meanwhile_;
  ban::Instant next_odd_date_{};  // before that nothing more is said of one
  ban::Instant next_no_date_{};   // the same
  bool idle_{false};
  JailTotals totals_;
  std::uint64_t bans_lacking_lines_{0};
};

}  // namespace spranga::guard
