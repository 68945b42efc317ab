// Witness: what a replay showed of one address. Used by why.cpp and why_not.cpp.
#pragma once

#include <string>
#include <vector>

#include "replay/replay.h"

namespace spranga::replay {

/// A line that names the address and in which nobody saw anything.
struct UnseenLine {
  std::string file;
  std::uint64_t number{0};
  std::string text;
  bool is_entry{false};
  std::vector<std::string> jails;     // that read it
  std::vector<std::string> unwanted;  // whose journalmatch does not want it
};

struct SeenLine {
  std::string file;  // "": our own ban line
  std::uint64_t number{0};
  std::string text;
  std::string jail;
  ban::Origin origin;  // of the expression
  bool weak{false};
  guard::Judgement judgement;
  ban::Instant at;
};

class Witness {
public:
  /// `address` in canonical text, or a network.
  explicit Witness(std::string address) : address_(std::move(address)) {}

  /// Hangs itself into the watch; must outlive the replay.
  void attend(ReplayWatch& watch);

  /// Sightings in their order: at most max_seen, those that ban always.
  [[nodiscard]] const std::vector<SeenLine>& seen() const { return seen_; }

  [[nodiscard]] bool is_banned() const;

  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

  [[nodiscard]] const std::vector<UnseenLine>& unseen() const { return unseen_; }

  [[nodiscard]] const std::string& address() const { return address_; }

  /// "FILE:LINE: text", passwords hidden, and cut.
  [[nodiscard]] static std::string quote(const std::string& file,
                                         std::uint64_t number,
                                         const std::string& text);

  static constexpr std::size_t max_seen = 500;
  static constexpr std::size_t max_unseen = 200;

private:
  void note_line(Stream& stream);
  void note_sighting(const Seen& seen);
  [[nodiscard]] bool is_about(const Seen& seen) const;

  std::string address_;
  std::vector<SeenLine> seen_;
  std::uint64_t left_out_{0};
  std::vector<UnseenLine> unseen_;
};

/// The lines that count, and the verdict.
[[nodiscard]] std::string account_of(const Witness& witness,
                                     const std::vector<ban::JailSpec>& jails);

/// "FILE:LINE", or what stands for it where it is not known.
[[nodiscard]] std::string place_text(const ban::Origin& origin);

/// "for good" and other ends of a ban.
[[nodiscard]] std::string until_text(const std::optional<ban::Instant>& until);

}  // namespace spranga::replay
