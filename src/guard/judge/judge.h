// Judge: what comes of the sightings of one jail. Sightings in, judgements out; the clock is an
// argument, and what must be asked of somebody (names, files, commands, chance, earlier bans) goes
// through ports. One judge, one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ban/jail_spec.h"
#include "ban/sighting.h"
#include "ban/verdict.h"
#include "base/result.h"
#include "guard/judge/accounts.h"
#include "guard/judge/ban_time.h"
#include "guard/judge/history.h"
#include "guard/judge/ignore_cache.h"
#include "guard/judge/ignore_list.h"
#include "guard/judge/known_sources.h"
#include "guard/judge/recent_lines.h"
#include "guard/judge/standing_bans.h"
#include "guard/judge/target_key.h"

namespace spranga::guard {

/// What a judge may ask. A port that is empty is not asked: names do not match, no file is read, no
/// command is run, chance is 0, and without a history no ban grows.
struct JudgePorts {
  NamePort names;
  FilePort files;
  /// ignorecommand with its tags still in it; true: ignore.
  std::function<bool(const std::string& command, const ban::Sighting& sighting)> command;
  std::function<double()> random;  // from 0 up to 1
  /// For ignoreself: this machine's, as they are now; nullptr: none.
  std::function<const std::vector<net::Address>*()> own_addresses;
  /// Whether a network holds somebody who may never be banned: its addresses count one by one.
  std::function<bool(const Network& network)> spares;
  BanHistory* history{nullptr};  // outlives the judge; judges of one guard share it
  /// The same; without it the judge keeps the lines of its own accounts.
  RecentLines* lines{nullptr};
  Secret secret{};  // of the targets' keys; drawn where strangers could wait for a collision
};

/// Judgement::why of what an ignorecache knew: fail2ban says nothing about it.
inline constexpr const char* ignored_by_cache = "cache";

struct Judgement {
  enum class Kind {
    context,         // a NOFAIL line, or nothing to ban: not counted
    ignored,         // `why` says by what
    counted,         // counted, and not enough
    banned,          // `ban` is new
    prolonged,       // banned already, `ban` ends later than before
    already_banned,  // banned already, for longer than this would be
    expired,         // enough, but such a ban would be over by now
  };

  Kind kind{Kind::context};
  std::string target;   // what is counted: an address, a network or an id
  TargetKey key;        // the same, short, under the judge's secret
  int count{0};         // where the account stands after this one, weak evidence weighed
  const char* why{""};  // ignored: in fail2ban's words
  ban::Instant at{};    // when it happened
  int known_bans{0};    // bantime.increment: how often the target was banned before
  int weight{1};        // how many failures this one stood for because of that
  std::optional<ban::Ban> ban;
  std::vector<std::string> matches;  // of a new ban: the last maxmatches lines
  bool lacks_matches{false};         // some of them had made room for others' (RecentLines)

  /// What fail2ban logs as Found.
  [[nodiscard]] bool is_found() const { return kind != Kind::context && kind != Kind::ignored; }
};

class Judge {
public:
  /// Errc::malformed: an option of the jail is not understood; the error names it.
  [[nodiscard]] static Result<Judge> make(const ban::JailSpec& spec, JudgePorts ports);

  /// `now` never goes back. A sighting without a time happens now.
  [[nodiscard]] Judgement on_sighting(const ban::Sighting& sighting, ban::Instant now);

  [[nodiscard]] bool is_banned(const std::string& target, ban::Instant now) const;

  /// The ban of `target` at that moment; nullopt where there is none.
  [[nodiscard]] std::optional<ban::Ban> banned(const std::string& target, ban::Instant now) const;

  /// As on_sighting, for what was counted in an earlier life: it stands on the account, and what
  /// was banned for it is not banned again. `times`: so many of them, whose attempts `sighting` has
  /// together.
  void recall(const ban::Sighting& sighting, ban::Instant now, int times = 1);

  /// A ban that no sighting made: by a person, or of an earlier life. Replaces the target's, whose
  /// key is told. The target's account is closed.
  void impose(const TargetKey& key, const ban::Ban& ban);

  /// Until end_restoring(), ask_again() may be asked very often: files of ignoreip are read once.
  void begin_restoring() { ignored_at_start_ = ignored_.with_files_read(ports_.files); }

  void end_restoring() { ignored_at_start_.reset(); }

  /// What becomes of a ban of an earlier life by today's settings, as in fail2ban: whom ignoreip
  /// names by now is not banned again (`why`, in fail2ban's words; ignorecommand is not asked), and
  /// no ban is longer than the jail's longest is now, but for one that was prolonged meanwhile.
  struct Again {
    const char* why{""};
    bool is_over{false};
    std::optional<ban::Instant> until;
  };

  [[nodiscard]] Again ask_again(const ban::Ban& ban, ban::Instant now) const;

  /// Takes a ban back; false where there was none.
  bool release(const std::string& target);

  /// Drops the accounts that nothing has been added to for a findtime.
  void purge_accounts(ban::Instant now);

  /// Who has failed and is not banned for it; some that are to be purged among them.
  [[nodiscard]] std::size_t accounts() const { return accounts_.size(); }

  /// Where a target's account stands; 0: it has none.
  [[nodiscard]] int count_of(const std::string& target) const;

  /// Other settings; accounts and bans stay. Errc::malformed: nothing has changed.
  [[nodiscard]] Result<void> change(const ban::JailSpec& spec);

  /// A new ban's end, were it made now: bantime, and for whom was banned before what it has grown
  /// to.
  [[nodiscard]] ban::Ban ban_of(const std::string& target, ban::Instant since, ban::Instant now);

  /// What of the configuration only DNS or a program could decide.
  [[nodiscard]] const std::vector<std::string>& ignored_names() const { return ignored_.names(); }

  [[nodiscard]] bool has_ignorecommand() const { return !spec_.ignorecommand.empty(); }

  /// The key under which an id is counted and banned: itself, or its network.
  [[nodiscard]] std::string target_of(const std::string& id) const;

  /// Accounts that are kept at most; beyond, those that failed longest ago go.
  static constexpr std::size_t max_accounts = 4'000'000;

private:
  Judge(ban::JailSpec spec, JudgePorts ports, IgnoreList ignored, BanTime ban_time);

  /// But for its key.
  [[nodiscard]] Source find_out(const IgnoreList& ignored, const std::string& id) const;
  [[nodiscard]] const char* ignored_by(const ban::Sighting& sighting,
                                       const Source& source,
                                       ban::Instant now);
  [[nodiscard]] const std::vector<net::Address>& own_addresses() const;
  [[nodiscard]] const char* ask_ignore_rules(const ban::Sighting& sighting, const Source& source);
  [[nodiscard]] const char* ask_ignore_lists(const IgnoreList& ignored, const Source& source) const;
  [[nodiscard]] const char* ignored_now(const std::string& target) const;
  [[nodiscard]] bool hits_ignored(const IgnoreList& ignored, const Network& network) const;
  [[nodiscard]] bool counts_by_network() const;
  [[nodiscard]] TargetKey key_of(const std::string& target) const;
  [[nodiscard]] Account account_of(const TargetKey& target, ban::Instant now);
  void keep(const TargetKey& target, const Account& account, ban::Instant now);
  void count(Account& account, const ban::Sighting& sighting, ban::Instant at);
  void count_more_for_known(Account& account, Judgement& judgement, ban::Instant now);
  void convict(Judgement& judgement, const Account& account, ban::Instant now);
  void recall_one(const TargetKey& key, const ban::Sighting& sighting, ban::Instant now);
  [[nodiscard]] int as_good_as(const ban::Sighting& sighting, int times) const;
  /// False where the history knows of a ban at that time or later: fail2ban takes this one for a
  /// ban that it has read about before, and does not count it.
  [[nodiscard]] bool grow(ban::Ban& ban, ban::Instant now);

  ban::JailSpec spec_;  // without its filter
  JudgePorts ports_;
  IgnoreList ignored_;
  std::optional<IgnoreList> ignored_at_start_;
  BanTime ban_time_;
  std::optional<IgnoreCache> cache_;
  KnownSources known_;  // by ignored_
  std::unique_ptr<RecentLines> own_lines_;
  Accounts accounts_;
  StandingBans bans_;
  std::size_t purge_accounts_at_{1024};
  std::size_t purge_bans_at_{1024};
};

}  // namespace spranga::guard
