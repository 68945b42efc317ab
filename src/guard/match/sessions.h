// Sessions: lines that belong together by F-MLFID, merged as fail2ban does it.
//
// fail2ban remembers 100 sessions; an attack from more connections at once outruns it. Here their
// number is bounded by what they hold: together at most `most_bytes`; the oldest go first, and are
// counted. A session is forgotten five minutes after its first line, as in fail2ban, or where the
// jail counts by a window, after its findtime.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ban/instant.h"
#include "guard/match/failure.h"

namespace spranga::guard {

/// What a session is reckoned to hold beside its texts, in bytes.
struct SessionWeight {
  static constexpr std::size_t itself{256};
  static constexpr std::size_t line{128};
  static constexpr std::size_t field{96};
  static constexpr std::size_t user{64};
};

class Sessions {
public:
  static constexpr std::size_t most_bytes{32U << 20U};
  static constexpr std::size_t most_bytes_of_one{256U << 10U};  // then its oldest lines go
  static constexpr std::chrono::seconds lifetime{300};

  /// `ageing`: sessions end after `ends_after`; fail2ban-regex reads a whole log within it.
  /// `one_client`: a line that names another address begins a new session of that id, since a
  /// server's process number goes from client to client. fail2ban merges them.
  explicit Sessions(bool ageing,
                    std::chrono::seconds ends_after = lifetime,
                    bool one_client = false)
      : ageing_(ageing), ends_after_(ends_after), one_client_(one_client) {}

  /// The failure `fresh`, caught in `lines`, as part of session `id`. What comes back is shared
  /// with the session: what is changed in it is remembered.
  [[nodiscard]] std::shared_ptr<Failure> merge(const std::string& id,
                                               Failure fresh,
                                               std::vector<LineParts> lines,
                                               ban::Instant now);

  [[nodiscard]] std::size_t size() const { return by_id_.size(); }

  /// Forgotten because together they held too much.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
  struct Session {
    std::string id;
    ban::Instant since;
    std::shared_ptr<Failure> failure;
    std::size_t bytes{0};
  };

  using Place = std::list<Session>::iterator;

  [[nodiscard]] std::optional<Place> find(const std::string& id, ban::Instant now);
  [[nodiscard]] std::optional<Place> find_same_client(const std::string& id,
                                                      const Failure& fresh,
                                                      ban::Instant now);
  void forget(Place place);
  void weigh(Place place);

  bool ageing_;
  std::chrono::seconds ends_after_;
  bool one_client_;
  std::list<Session> oldest_first_;
  std::unordered_map<std::string, Place> by_id_;
  std::size_t bytes_{0};
  std::uint64_t dropped_{0};
};

}  // namespace spranga::guard
