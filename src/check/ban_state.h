// BanState: a ban test as it stands, what was measured and what is still to be seen. It is what a
// state file holds, so that a later run goes on with it. No secret is ever in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "finding/finding.h"
#include "knock/series.h"
#include "knock/vigil.h"

namespace spranga::check {

/// The door that is tried, and the ways to it.
struct BanDoor {
  std::string address;
  int port{0};
  bool implicit_tls{false};
  std::string tls_name;
  std::string ca_file;
  std::string ehlo_name;
  std::string domain;  // of the invented users
  bool from_here{false};
  std::string second_source;   // "" = none
  std::string second_address;  // of the server, as the second source reaches it
  int control_port{0};         // 0 = none
};

struct BanState {
  BanDoor door;
  /// target, nonce, source, hosts, noise, and the findings of all checks but G2, without evidence.
  finding::Report report;
  std::vector<int> rules{1, 2, 3};  // that the verdict is about
  std::vector<std::string> typed_options;
  std::int64_t began_ms{0};  // wall clock, as all that end in _ms here
  // The block.
  int attempts{0};
  int at_most{0};
  knock::Kind kind{knock::Kind::refused};
  std::vector<int> ports_shut;
  std::vector<finding::Guess> guesses;
  std::int64_t first_shut_ms{0};
  std::int64_t doubt_ms{0};  // between the last open moment and the first shut one
  std::vector<knock::Look> looks;
};

/// The document that a state file holds.
[[nodiscard]] std::string to_text(const BanState& state);

/// Errc::malformed with what is wrong; `file` is named in it.
[[nodiscard]] Result<BanState> state_of_text(std::string_view text, const std::string& file);

constexpr std::size_t largest_state = 1024UL * 1024;  // bytes

}  // namespace spranga::check
