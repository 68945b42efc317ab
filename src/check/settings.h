// CheckSettings: what `spranga check` was asked to do. Plain values; the option rows that fill them
// are in check/options.cpp.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace spranga::check {

/// A secret that never prints: no stream operator, no fmt formatter; `reveal` only where it is
/// sent.
class Secret {
public:
  Secret() = default;

  explicit Secret(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] const std::string& reveal() const { return value_; }

  [[nodiscard]] bool empty() const { return value_.empty(); }

private:
  std::string value_;
};

struct Credentials {
  std::string user;
  Secret password;      // empty where a token is used
  Secret oauth2_token;  // bearer token for XOAUTH2 and OAUTHBEARER
};

enum class Families { any, ipv4_only, ipv6_only };

struct CheckSettings {
  std::vector<int> ports{25, 465, 587};
  bool ports_given{false};  // --ports was used: a shut port that was asked for is worth a word
  Families families{Families::any};
  bool all_addresses{false};
  std::vector<int> rules{1, 2, 3};  // the rules that the verdict is about
  std::string ca_file;              // PEM; "" = the system's trust store
  std::string tls_name;             // --name: SNI and certificate name when TARGET is an address
  std::string domain;               // --domain
  std::string own_address;          // --address: the login's own envelope sender
  std::string other_address;        // --other: another local user's address (S2)
  std::optional<Credentials> credentials;
  std::string relay_to;     // --relay-to: the owner's address elsewhere
  bool relay_forms{false};  // --relay: three forms instead of one
  bool deliver{false};      // --deliver: prove S2 with one message to the login's own address
  bool expn{false};         // --expn: EXPN and the random-name pair too
  /// The options as they were typed, without the targets: a suggested command repeats them. No
  /// option ever holds a secret.
  std::vector<std::string> typed_options;
  std::string source;               // --source: local address to connect from
  bool from_here{false};            // ask from a private network namespace
  bool loopback_is_outside{false};  // the tour's practice server: loopback counts as an outsider
  bool ban_test{false};             // --ban-test: measure rule 3
  bool yes{false};                  // --yes: also this machine itself, or the way to it
  bool fast{false};                 // --fast: 1 s between guesses
  bool wait{false};                 // --wait: look at the shut door for longer than a minute
  bool resume{false};               // --resume: go on with a ban test
  std::string i_own;                // --i-own: the target once more, as consent
  std::string second_source;        // --second-source: another local address
  std::string known_user;           // --known-user: a name that exists, for G6
  std::string state_file;           // --state, or where it is by default
  std::optional<std::chrono::milliseconds> wait_for;  // --wait=TIME; empty: until it is settled
  std::chrono::milliseconds timeout{10'000};          // per reply
  std::chrono::milliseconds total_timeout{120'000};   // per address
};

}  // namespace spranga::check
