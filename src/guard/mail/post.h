// Post: the owner's mail as the daemon sees it. Values and time only: it opens nothing, waits for
// nothing and delays no ban. The daemon
//
//   - makes one of read_settings(), and at start gives it restore(what it kept, …);
//   - calls on_ban(route, news_of(…), now) in Hands::ban, unless the ban is restored: for
//     settings.route where `mail` is not "no" and no mail action of the jail says otherwise, and
//     for the routes of the jail's mail actions (mail_action.h) that it honours;
//   - calls on_start / on_stop with the jails' names; at a stop close() too;
//   - on the clock, by next() at the latest: for each letter of take_due(now) asks the net helper
//     (net_helper::Request::What::mail, number = the letter's id), or where the route's server is
//     `sendmail` the action runner (/usr/sbin/sendmail -t -oi, the message on its input);
//   - gives each answer to on_outcome(id, …); where who carried it has died, that is one too;
//   - writes take_log() into its log, and pack() into mail.outbox of its state folder when
//     changed(), at most every few seconds and at a stop.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ban/instant.h"
#include "base/result.h"
#include "guard/mail/ban_news.h"
#include "guard/mail/ban_text.h"
#include "guard/mail/outbox.h"
#include "guard/mail/settings.h"

namespace spranga::guard::mail {

/// When the digest of news that came at `now` goes out: at the full hour, or at seven in the
/// morning of a zone that is `offset` ahead of UTC; for Rhythm::each at once.
[[nodiscard]] ban::Instant digest_time(Rhythm rhythm,
                                       ban::Instant now,
                                       std::chrono::seconds offset);

class Post {
public:
  /// `offset` of local time from UTC.
  Post(Settings settings, Teller teller, std::chrono::seconds offset)
      : settings_(std::move(settings)), teller_(std::move(teller)), offset_(offset) {}

  /// Other settings after a reload. What is on its way by the usual route takes the new one: a
  /// letter the new server, what is gathered the new recipients too.
  void change(Settings settings, words::Language language);

  /// The zone has changed its clocks.
  void set_offset(std::chrono::seconds offset) { offset_ = offset; }

  /// What waits after a failure is tried now: somebody may have mended what was wrong.
  void hasten(ban::Instant now) { outbox_.hasten(now); }

  void on_ban(const Route& route, BanNews news, ban::Instant now);

  /// Whether more of one more ban would be told than that there was one.
  [[nodiscard]] bool has_room(const Route& route) const;

  /// Nothing where mail_on_start = no.
  void on_start(const Route& route, const std::vector<std::string>& jails, ban::Instant now);
  void on_stop(const Route& route, const std::vector<std::string>& jails, ban::Instant now);

  /// What is gathered becomes mail now, before the process ends.
  void close(ban::Instant now);

  [[nodiscard]] std::vector<Letter> take_due(ban::Instant now);
  void on_outcome(std::uint64_t id, const Outcome& outcome, ban::Instant now);

  /// When take_due has something next; none: nothing is planned.
  [[nodiscard]] std::optional<ban::Instant> next() const;

  [[nodiscard]] std::vector<std::string> take_log();

  /// Since pack() was called last.
  [[nodiscard]] bool changed() const { return changed_; }

  /// What waits, without passwords.
  [[nodiscard]] std::string pack();

  /// What an earlier life left. `known`: the servers of today, the usual one first. Errc::
  /// malformed: nothing of it is taken.
  [[nodiscard]] Result<void> restore(std::string_view bytes,
                                     const std::vector<Server>& known,
                                     ban::Instant now);

  [[nodiscard]] const Settings& settings() const { return settings_; }

  [[nodiscard]] std::size_t letters_waiting() const { return outbox_.size(); }

  static constexpr std::size_t most_routes = 50;
  static constexpr std::size_t most_gathered = 300;    // of one route; the rest is counted
  static constexpr std::size_t lines_in_a_digest = 2;  // of one ban
  static constexpr std::size_t largest_body = 60'000;  // of a digest, before it is encoded

private:
  /// Of one route: what is gathered, and what went in the last hour.
  struct Box {
    std::vector<BanNews> gathered;
    std::map<std::string, std::size_t> by_jail;  // of all that is to be told
    std::size_t counted{0};
    bool over_limit{false};
    ban::Instant due;
    std::deque<ban::Instant> sent;
  };

  [[nodiscard]] Box* box_of(const Route& route);
  void gather(Box& box, BanNews news, ban::Instant due);
  void send_digest(const Route& route, Box& box, ban::Instant now);
  void send(const Route& route, const Text& text, const std::string& about, ban::Instant now);
  void send_due_digests(ban::Instant now);

  Settings settings_;
  Teller teller_;
  std::chrono::seconds offset_;
  std::map<Route, Box> boxes_;
  Outbox outbox_;
  std::uint64_t written_{0};
  std::vector<std::string> log_;
  bool changed_{false};
};

/// A digest that fits into one mail: bans that do not are only counted.
[[nodiscard]] Text tell_within(const Teller& teller, Digest digest, std::size_t largest_body);

}  // namespace spranga::guard::mail
