// Blocks that are scanned against the plain way, in which every jail is given every line: the same
// sightings, bans, notes and lines of the log, in the same order, and the same counts.
#include "guard/live/log_stream.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "guard/live/guard.h"
#include "tests/guard/match/odd_logs.h"

namespace spranga::guard {
namespace {

using match_tests::describe;
using match_tests::Maker;
using match_tests::odd_jails;

/// All that a guard says and does, as lines.
class Told : public Log, public Hands {
public:
  void write(Level /*level*/, std::string_view logger, std::string_view message) override {
    add(fmt::format("{}: {}", logger, message));
  }

  [[nodiscard]] bool shows(Level /*level*/) const override { return true; }

  void ban(const std::string& jail, const HeldBan& held, const JailNumbers& numbers) override {
    add(fmt::format("ban {} {} of {} banned", jail, held.ban.target, numbers.banned_now));
  }

  void ban_ahead(const std::string& jail,
                 const std::string& target,
                 std::optional<ban::Instant> /*until*/) override {
    add(fmt::format("ahead {} {}", jail, target));
  }

  void prolong(const std::string& jail, const HeldBan& held, const JailNumbers& /*of*/) override {
    add(fmt::format("prolong {} {}", jail, held.ban.target));
  }

  void unban(const std::string& jail, const HeldBan& held, const JailNumbers& /*of*/) override {
    add(fmt::format("unban {} {}", jail, held.ban.target));
  }

  void check(const std::string& jail, const HeldBan& held) override {
    add(fmt::format("check {} {}", jail, held.ban.target));
  }

  void flush(const std::string& jail, bool /*stopping*/) override { add("flush " + jail); }

  void add(std::string line) { lines.push_back(std::move(line)); }

  std::vector<std::string> lines;
};

/// A guard with two logs, one for all jails, one for every other of them; and the journal, of which
/// there are entries for all and for every other. A jail that reads our own
/// log is told of bans.
class Way {
public:
  Way(const std::vector<ban::JailSpec>& jails, ban::Instant now, bool scans)
      : scans_(scans), now_(now) {
    for (const auto& jail : jails) {
      const auto added = guard_.add(jail, now);
      EXPECT_TRUE(added.has_value()) << jail.name << ": " << (added ? "" : added.error().detail);
    }
    auto recidive = match_tests::jail_of("recidive", {});
    recidive.filter.failregex = {{R"(NOTICE\s+\[(?!recidive\])[^]]+\] Ban <HOST>)", {"r.conf", 1}}};
    recidive.maxretry = 2;
    EXPECT_TRUE(guard_.add(recidive, now).has_value());
    guard_.feed_with_bans({"recidive"});
    make_streams();
  }

  void make_streams() {
    std::array<std::vector<LiveJail*>, 2> readers;
    for (std::size_t i = 0; i + 1 < guard_.jails().size(); ++i) {
      readers[0].push_back(guard_.jails()[i].get());
      if (i % 2 == 0) {
        readers[1].push_back(guard_.jails()[i].get());
      }
    }
    streams_.clear();
    for (const auto& jails : {readers[0], readers[1], readers[0], readers[1]}) {
      streams_.push_back(LogStream::make(jails, now_, scans_).value());
      if (news_) {
        streams_.back().end_start_phase();
      }
    }
  }

  /// One line is given as one, or as a block.
  void lines(std::size_t log, const std::vector<std::string>& lines, ban::Instant now) {
    now_ = now;
    std::string block;
    for (const auto& line : lines) {
      block += line + "\n";
    }
    EXPECT_EQ(guard_.on_block(streams_[log], block, now), lines.size());
  }

  void line(std::size_t log, const std::string& line, ban::Instant now) {
    now_ = now;
    guard_.on_line(streams_[log], line, now);
  }

  void entry(std::size_t log, const std::string& text, ban::Instant at, ban::Instant now) {
    guard_.on_entry(streams_[2 + log], text, at, now);
  }

  void end_start_phase() {
    news_ = true;
    for (auto& stream : streams_) {
      stream.end_start_phase();
    }
  }

  void set_idle(std::size_t jail, bool idle) { guard_.jails()[jail]->set_idle(idle); }

  void swap_filters(std::size_t jail, std::size_t with) {
    const auto a = guard_.jails()[jail]->spec();
    auto b = guard_.jails()[with]->spec();
    b.name = a.name;
    EXPECT_TRUE(guard_.jails()[jail]->change(b, now_).has_value());
    make_streams();
  }

  void let_go(ban::Instant now) { guard_.on_clock(now); }

  /// What was seen, said and done since the last question, and what was counted.
  [[nodiscard]] std::vector<std::string> take() {
    for (const auto& note : notes_.take()) {
      if (const auto* seen = std::get_if<ledger::Seen>(&note)) {
        told_.add(fmt::format("note {} {} {} {}", seen->jail, seen->id, seen->rule, seen->line));
      } else {
        told_.add(fmt::format("note of kind {}", note.index()));
      }
    }
    auto out = std::exchange(told_.lines, {});
    for (const auto& jail : guard_.jails()) {
      const auto& of = jail->matcher().statistics();
      out.push_back(
          fmt::format("{}: {} lines, {} matched, {} ignored, {} missed, {} obsolete, "
                      "{} stopped, {} dropped",
                      jail->name(),
                      of.lines,
                      of.matched,
                      of.ignored,
                      of.missed,
                      of.obsolete,
                      of.limit_hits,
                      of.sessions_dropped));
    }
    return out;
  }

private:
  LiveWorld world() {
    MatchOptions match;
    match.mode = MatchMode::live;
    match.local = Zone::fixed(0);
    match.names_later = true;
    return {told_,
            told_,
            notes_,
            [](const std::string& target) {
              return target == "192.0.2.3" ? std::string("the gateway") : std::string();
            },
            {},
            {},
            std::move(match),
            [](ban::Instant at) { return fmt::format("{}", at.time_since_epoch().count()); },
            [this](const LiveJail& jail, const ban::Sighting& sighting) {
              told_.add(describe(jail.name(), sighting));
              return sighting.is_name;
            }};
  }

  bool scans_;
  bool news_{false};
  ban::Instant now_;
  Told told_;
  NoteBook notes_;
  LiveWorld world_{world()};
  Guard guard_{world_};
  std::vector<LogStream> streams_;
};

/// The same deeds for both ways, as a seed has it.
class Both {
public:
  Both(const std::vector<ban::JailSpec>& jails, unsigned seed)
      : random_(seed),
        made_(seed),
        jails_(jails.size()),
        plain_(jails, made_.now(), false),
        scanned_(jails, made_.now(), true) {}

  void run(std::size_t deeds) {
    for (std::size_t deed = 0; deed < deeds; ++deed) {
      if (deed == deeds / 3) {
        each([](Way& way) { way.end_start_phase(); });
      }
      do_something();
      auto plain = plain_.take();
      ASSERT_EQ(scanned_.take(), plain) << "deed " << deed;
      seen_ += plain.size() - jails_ - 1;
    }
  }

  [[nodiscard]] std::size_t seen() const { return seen_; }

private:
  std::size_t below(std::size_t end) { return random_() % end; }

  template <class Deed>
  void each(const Deed& deed) {
    deed(plain_);
    deed(scanned_);
  }

  /// Fresh lines come at about their date, or long after it.
  ban::Instant now() {
    constexpr std::array offsets{0, 0, 0, 1, 30, 59, 61, -61, 700, 90'000};
    return made_.now() + std::chrono::seconds(offsets[below(offsets.size())]);
  }

  void give_lines() {
    std::vector<std::string> lines(below(40));
    std::ranges::generate(lines, [this] { return made_.line(); });
    const auto log = below(2);
    const auto at = now();
    if (lines.size() == 1) {
      each([&](Way& way) { way.line(log, lines[0], at); });
    } else {
      each([&](Way& way) { way.lines(log, lines, at); });
    }
  }

  void do_something() {
    const auto jail = below(jails_);
    const auto other = below(jails_);
    const auto at = now();
    switch (below(16)) {
      case 0:
        each([&](Way& way) { way.set_idle(jail, other % 2 == 0); });
        break;
      case 1:
        each([](Way& way) { way.make_streams(); });
        break;
      case 2:
        each([&](Way& way) { way.swap_filters(jail, other); });
        break;
      case 3:
        each([&](Way& way) { way.let_go(at); });
        break;
      case 4:
      case 5: {
        const auto text = made_.line();
        const auto log = below(2);
        const auto written = made_.now();
        each([&](Way& way) { way.entry(log, text, written, at); });
        break;
      }
      default:
        give_lines();
    }
  }

  std::mt19937 random_;
  Maker made_;
  std::size_t jails_;
  Way plain_;
  Way scanned_;
  std::size_t seen_{0};
};

TEST(LogStream, SeesInBlocksWhatThePlainWaySees) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    Both both(odd_jails(), seed);
    both.run(120);
    EXPECT_GT(both.seen(), 300U) << seed;
    if (HasFailure()) {
      FAIL() << "seed " << seed;
    }
  }
}

TEST(LogStream, SeesTheSameForASingleJail) {
  const auto jails = odd_jails();
  for (unsigned place = 0; place < jails.size(); ++place) {
    Both both({jails[place]}, 100 + place);
    both.run(40);
    if (HasFailure()) {
      FAIL() << jails[place].name;
    }
  }
}

TEST(LogStream, SeesTheSameForManyJails) {
  std::vector<ban::JailSpec> jails;
  for (int copy = 0; copy < 3; ++copy) {
    for (auto jail : odd_jails()) {
      jail.name += std::to_string(copy);
      jail.maxretry = 1 + copy;
      jail.findtime = std::chrono::seconds(30 * (1 + copy));
      jails.push_back(std::move(jail));
    }
  }
  Both both(jails, 77);
  both.run(50);
  EXPECT_GT(both.seen(), 300U);
}

}  // namespace
}  // namespace spranga::guard
