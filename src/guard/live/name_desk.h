// NameDesk: sightings that wait for DNS. A line may name a host instead of an address (usedns yes,
// warn), and ignoreip may hold names: whoever answers such a question does so later, and meanwhile
// the lines that follow go on. Decisions only: it says what is to be asked, is told the answers,
// and gives the sightings back.
//
// Nobody is judged by an ignoreip whose names were never answered; one that is not answered now
// keeps the addresses it had.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ban/instant.h"
#include "ban/jail_spec.h"
#include "ban/sighting.h"
#include "base/result.h"
#include "net/address.h"

namespace spranga::guard {

class NameDesk {
public:
  /// Whether it keeps the sighting, which waits for an answer then: of its own name, or of one that
  /// the jail's ignoreip holds.
  [[nodiscard]] bool keep(const std::string& jail,
                          const ban::Sighting& sighting,
                          const std::vector<std::string>& ignored,
                          ban::Instant now);

  /// Names of ignoreip, of all jails: their addresses are known from now on, and asked for again.
  void follow(const std::vector<std::string>& names, ban::Instant now);

  /// Of a followed name, as far as it was answered: for JudgePorts::names.
  [[nodiscard]] std::vector<net::Address> addresses_of(const std::string& name) const;

  /// What is to be asked now, each name once until it is answered.
  [[nodiscard]] std::vector<std::string> take_questions(ban::Instant now);

  void on_answer(const std::string& name,
                 const Result<std::vector<net::Address>>& answer,
                 ban::Instant now);

  /// A sighting that need not wait any more.
  struct Ready {
    std::string jail;
    ban::Sighting sighting;  // its expression is `rule`: the jail's own may be gone
    ban::Expression rule;
    bool was_name{false};  // the sighting's id is a name, and these are its addresses
    std::vector<net::Address> addresses;
    std::string error;    // why there are none, where somebody failed
    bool unheard{false};  // there are none, and nobody was told so of this name for a while
  };

  [[nodiscard]] std::vector<Ready> take_ready() { return std::exchange(ready_, {}); }

  [[nodiscard]] std::size_t waiting() const { return waiting_count_; }

  /// Sightings that were not kept because too many waited.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  static constexpr std::size_t most_waiting = 20'000;
  static constexpr std::size_t most_told = 1000;  // as many as fail2ban remembers
  static constexpr std::chrono::minutes known_for{5};
  static constexpr std::chrono::seconds again_after{30};  // an answer that failed

private:
  struct Known {
    bool answered{false};
    std::vector<net::Address> addresses;
    ban::Instant ask_at;
  };

  void wait_for(const std::string& name, Ready waiting);
  void ask(const std::string& name);
  [[nodiscard]] bool tell_of(const std::string& name, ban::Instant now);

  std::map<std::string, Known, std::less<>> followed_;
  std::map<std::string, std::vector<Ready>, std::less<>> waiting_;  // by name
  std::size_t waiting_count_{0};
  std::uint64_t dropped_{0};
  std::set<std::string, std::less<>> asked_;               // and not answered
  std::map<std::string, ban::Instant, std::less<>> told_;  // names without addresses, and when
  std::vector<std::string> questions_;
  std::vector<Ready> ready_;
};

}  // namespace spranga::guard
