// Guard: all jails at work. The daemon's core: lines, words of a person and the clock come in, and
// what is to be done goes out through the ports of LiveWorld. It opens nothing and waits for
// nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guard/live/live_jail.h"
#include "guard/live/log_stream.h"

namespace spranga::guard {

class Guard {
public:
  /// `world` outlives the guard.
  explicit Guard(LiveWorld& world) : world_(world) {}

  /// Makes a jail and adds it. Errc::conflict: there is one of that name.
  [[nodiscard]] Result<LiveJail*> add(const ban::JailSpec& spec, ban::Instant now);

  /// Takes a jail out, whatever its bans: call its close() before. Streams with it must be made
  /// anew.
  void remove(std::string_view name);

  [[nodiscard]] LiveJail* find(std::string_view name);

  [[nodiscard]] const std::vector<std::unique_ptr<LiveJail>>& jails() const { return jails_; }

  /// Jails that read our own log are told of bans instead: those named.
  void feed_with_bans(std::vector<std::string> jails) { fed_by_bans_ = std::move(jails); }

  [[nodiscard]] const std::vector<std::string>& fed_with_bans() const { return fed_by_bans_; }

  void on_line(LogStream& stream, std::string_view raw, ban::Instant now);

  /// Whole lines, each with its LF; how many.
  std::uint64_t on_block(LogStream& stream, std::string_view lines, ban::Instant now);

  /// An entry of the journal that all jails of the stream want.
  void on_entry(LogStream& stream, std::string_view text, ban::Instant at, ban::Instant now);

  /// Lets go whom it is time for; how many.
  std::size_t on_clock(ban::Instant now);

  /// When on_clock has something to do next; none: nothing is planned.
  [[nodiscard]] std::optional<ban::Instant> next_end() const;

  /// By a person. What these say, goes on to recidive too.
  bool ban(LiveJail& jail, const std::string& target, ban::Instant now);
  void attempt(LiveJail& jail,
               const std::string& id,
               const std::vector<std::string>& lines,
               ban::Instant now);

  /// A sighting that had to wait (LiveWorld::waits) goes on.
  void resume(LiveJail& jail, const ban::Sighting& sighting, ban::Instant now);

private:
  void tell_recidive(ban::Instant now);

  LiveWorld& world_;
  std::vector<std::unique_ptr<LiveJail>> jails_;
  std::vector<std::string> fed_by_bans_;
  std::vector<ban::Ban> fresh_;
};

}  // namespace spranga::guard
