// Finding: what one check saw at one place, with its evidence. Report: all findings of one target
// and the verdict on the three rules. Values only; how they are printed is `render`'s business.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "finding/catalogue.h"
#include "finding/remedy.h"
#include "words/phrase.h"

namespace spranga::finding {

enum class Status { pass, fail, warn, info, not_tested };

/// `indirect` never decides a rule: a MUST check with an indirect warning leaves its rule UNKNOWN.
enum class Confidence { proven, likely, indirect };

/// Where it was seen. DNS findings have neither address nor port.
struct Where {
  std::optional<std::string> address;  // textual IPv4 or IPv6 address, no brackets
  std::optional<int> port;
  bool tls{false};  // inside TLS

  [[nodiscard]] bool operator==(const Where&) const = default;
};

enum class Direction { sent, received, event };  // C, S, * in print

/// One line of a dialogue. `text` holds the raw bytes (no CRLF), secrets already replaced; printing
/// escapes it. `at` counts from the start of the run.
struct Line {
  std::chrono::microseconds at{0};
  Direction direction{Direction::event};
  std::string text;
  bool tls{false};  // inside TLS; the first line of a TLS session tells its version
};

struct Finding {
  std::string_view id;  // of the catalogue
  Status status{Status::not_tested};
  Confidence confidence{Confidence::proven};
  Where where;
  words::Phrase summary;
  std::vector<words::Phrase> also;  // further sentences of the summary
  std::vector<Line> evidence;
  std::optional<RemedyId> remedy;  // for fail and warn
};

enum class RuleState { ok, no, unknown };

struct RuleVerdict {
  RuleState state{RuleState::unknown};
  bool asked{true};                      // false: left out by --rules
  std::vector<words::Phrase> in_favour;  // what was seen for it (unknown rules)
  std::vector<words::Phrase> open;       // what keeps it unknown
  std::string settle_command;  // the exact command that would settle it; "" where none does
};

enum class Verdict { is_protected, needs_upgrade, not_proven };

/// Lines that this run left in the server's log and that fail2ban and its like count.
struct Noise {
  struct Probe {
    std::string_view id;
    int lines{0};
  };

  std::vector<Probe> probes;

  [[nodiscard]] int lines() const {
    int sum = 0;
    for (const auto& probe : probes) {
      sum += probe.lines;
    }
    return sum;
  }
};

/// One wrong password of the ban test, on a connection of its own.
struct Guess {
  std::chrono::milliseconds at{0};           // of its connect, since the first guess
  std::chrono::milliseconds reply_delay{0};  // from the secret's last byte to the reply's
  std::string reply;                         // its first line, raw; "" where none came
};

/// One look at the door after it was shut: a bare connect that sends nothing.
struct DoorLook {
  std::chrono::seconds after{0};  // since the door was first seen shut
  int port{0};
  bool open{false};
};

/// The ban test's result, when there was one. Without a block `attempts` and `kind` are empty.
struct Ban {
  std::optional<int> attempts;   // failed logins until the block was seen (G1)
  std::optional<int> at_most{};  // --fast: the block may have fallen on any try up to this one
  std::optional<std::string>
      kind;                // refused, reset, dropped, closed, hang, 421, 450, auth_withdrawn
  std::vector<int> ports;  // that are shut
  std::optional<long> at_least_s;  // how long it lasted (G2)
  std::optional<long> at_most_s;   // empty while it is still shut
  // The course of it, for the picture.
  std::vector<Guess> guesses{};
  std::vector<DoorLook> looks{};
};

/// One connection in full, for --verbose.
struct Dialogue {
  std::string purpose;  // "A1 A2 A3 A5 A6 S4"
  Where where;
  std::vector<Line> lines;
};

/// A host that was tested, as a row of the report's head.
struct TestedHost {
  std::string name;  // "" where the target is an address
  std::string address;
  words::Phrase role;  // inbound MX, submission, mail server
  Product product{Product::unknown};
  std::vector<int> open_ports;
};

struct Report {
  std::string target;
  Verdict verdict{Verdict::not_proven};
  bool connected{false};  // false: no port answered at all (exit 3); `trouble` says why
  words::Phrase trouble;
  std::array<RuleVerdict, 3> rules;  // rules 1, 2, 3
  std::vector<Finding> findings;
  std::vector<RemedyId> changes;  // the fewest that turn every NO into OK, in order of weight
  std::optional<Ban> ban;
  Noise noise;
  std::vector<TestedHost> hosts;
  std::vector<words::Phrase> remarks;  // e.g. this network probably blocks outgoing port 25
  std::string nonce;                   // by which the owner finds this run in his log
  std::string source;                  // our address as the server saw it, where known
  std::vector<Dialogue> dialogues;
  int connections{0};
  std::chrono::milliseconds elapsed{0};
};

}  // namespace spranga::finding
