// Outbox: mails on their way. What a server does not take now waits, with growing pauses, and goes
// later; how much waits is limited, and what is given up is told.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ban/instant.h"
#include "base/result.h"
#include "guard/mail/settings.h"
#include "process/wire.h"

namespace spranga::guard::mail {

struct Letter {
  std::uint64_t id{0};
  Route route;        // its recipients: those who have not got it yet
  std::string about;  // for the log: "192.0.2.7 banned in sshd"
  std::string message;
  ban::Instant written;
};

/// What became of a letter.
struct Outcome {
  struct Refused {
    std::string recipient;
    std::string words;
    bool for_good{false};
  };

  std::string error;     // "" = the server has it
  bool for_good{false};  // the server said that it will never take it
  std::vector<Refused> refused;
};

class Outbox {
public:
  /// Its id is given here. The oldest goes where there is no room.
  void put(Letter letter, ban::Instant now);

  /// Those to be handed over now; each is on its way until on_outcome.
  [[nodiscard]] std::vector<Letter> take_due(ban::Instant now);

  void on_outcome(std::uint64_t id, const Outcome& outcome, ban::Instant now);

  /// All that waits may be tried at `now`.
  void hasten(ban::Instant now);

  /// Letters to one server go to another.
  void redirect(const Server& from, const Server& to);

  /// When take_due has something next; none: nothing waits, or all is on its way.
  [[nodiscard]] std::optional<ban::Instant> next() const;

  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

  /// What happened since, for our log: a line each.
  [[nodiscard]] std::vector<std::string> take_log() { return std::exchange(log_, {}); }

  /// Passwords are not in it.
  void pack(process::Packer& to) const;

  /// Letters of an earlier life, to be tried at once. `known`: the servers of today, the usual one
  /// first, which have the passwords; a letter to none of them that needs one goes to the usual.
  void unpack(process::Unpacker& from, const std::vector<Server>& known, ban::Instant now);

  static constexpr std::size_t most_letters = 200;
  static constexpr std::size_t most_bytes = 4UL << 20U;
  static constexpr std::size_t most_on_the_way = 2;
  static constexpr int most_refusals = 3;
  static constexpr std::chrono::minutes first_pause{1};
  static constexpr std::chrono::minutes longest_pause{60};
  static constexpr std::chrono::hours longest_life{48};

private:
  struct Waiting {
    Letter letter;
    ban::Instant next;
    int tries{0};
    int refusals{0};
    bool on_the_way{false};
  };

  [[nodiscard]] std::deque<Waiting>::iterator find(std::uint64_t id);
  void keep_those_refused(Waiting& waiting, const Outcome& outcome, ban::Instant now);
  void wait_again(Waiting& waiting, const std::string& why, ban::Instant now);
  void give_up(const std::deque<Waiting>::iterator& at, const std::string& why);

  std::deque<Waiting> waiting_;
  std::size_t bytes_{0};
  std::uint64_t last_id_{0};
  std::vector<std::string> log_;
};

void pack_route(process::Packer& to, const Route& route);
[[nodiscard]] Route unpack_route(process::Unpacker& from);

/// `server` with the password that one of `known` has for it; see Outbox::unpack.
[[nodiscard]] Server with_password(Server server, const std::vector<Server>& known);

}  // namespace spranga::guard::mail
