// BareSessions: what Sessions does, where of a session only whom it blames is asked: names of
// users, lines and all other texts are counted or measured, and none is kept that nobody reads.
//
// They say what Sessions would, and forget the same sessions (tests/guard/match/bare_test.cpp).
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ban/instant.h"
#include "guard/match/bare_fields.h"

namespace spranga::guard {

/// The fields of a session's lines, put together.
class BareSession {
public:
  bool pending{false};  // waits for a line that knows the address
  int counted{0};       // failures that lines have told of so far

  /// As that line alone has it.
  void begin(const BareFields& fresh);

  /// What is set in `fresh` wins.
  void update(const BareFields& fresh);

  [[nodiscard]] bool has(BarePlace place) const {
    return fields_[static_cast<std::size_t>(place)].is_true();
  }

  /// Of ip4, ip6, dns and cidr; nullptr: not set.
  [[nodiscard]] const std::string* text(BarePlace place) const {
    const auto at = static_cast<std::size_t>(place);
    return fields_[at].is_set() ? &texts_[at] : nullptr;
  }

  /// Takes the field away; true where it was there and true in Python's sense.
  bool drop(BarePlace place);

  /// A user's name, where it is set; how many there are.
  std::size_t note_user(const BareField& user);

  /// The id that was made of the texts, until one of them changes; "": none.
  [[nodiscard]] const std::string& id() const { return id_; }

  void keep_id(std::string id) { id_ = std::move(id); }

  // Bytes of lines.
  std::vector<std::size_t> matches;
  std::vector<std::size_t> nofail_matches;

  /// As Sessions reckons what it holds. `name_lengths`: BareFields'.
  [[nodiscard]] std::size_t weight(const std::vector<std::size_t>& name_lengths) const;

private:
  static constexpr std::size_t text_count = 4;  // ip4, ip6, dns, cidr come first
  static_assert(static_cast<std::size_t>(BarePlace::cidr) + 1 == text_count);

  void take(std::size_t place, const BareField& fresh);

  std::vector<BareField> fields_;  // measured
  std::array<std::string, text_count> texts_;
  std::optional<std::string> user_;   // the first one
  std::set<std::string> more_users_;  // others
  std::string id_;
};

class BareSessions {
public:
  /// As Sessions.
  BareSessions(bool ageing, std::chrono::seconds ends_after, bool one_client)
      : ageing_(ageing), ends_after_(ends_after), one_client_(one_client) {}

  /// What `fresh` says, caught in a line of so many bytes, as part of the session that it names.
  /// What comes back is good until the next call.
  [[nodiscard]] BareSession& merge(BareFields& fresh, std::size_t line_bytes, ban::Instant now);

  [[nodiscard]] std::size_t size() const { return by_id_.size(); }

  /// Forgotten because together they held too much.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
  struct Entry {
    std::string id;
    ban::Instant since;
    std::size_t bytes{0};
    BareSession session;
  };

  using Place = std::list<Entry>::iterator;

  static constexpr std::size_t most_idle{64};

  [[nodiscard]] std::optional<Place> find(const BareFields& fresh, ban::Instant now);
  [[nodiscard]] Place start(const BareFields& fresh, ban::Instant now, bool is_over);
  void forget(Place place);
  void weigh(Place place, const BareFields& fresh);

  bool ageing_;
  std::chrono::seconds ends_after_;
  bool one_client_;
  std::list<Entry> oldest_first_;
  std::list<Entry> idle_;  // forgotten ones, whose memory is used again
  std::unordered_map<std::string_view, Place> by_id_;
  std::size_t bytes_{0};
  std::uint64_t dropped_{0};
};

}  // namespace spranga::guard
