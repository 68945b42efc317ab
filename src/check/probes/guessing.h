// The ban test (G1–G4, G6): wrong passwords until the door shuts; what shuts, and for how long.
#pragma once

#include <vector>

#include "check/check.h"
#include "check/settings.h"
#include "finding/finding.h"

namespace spranga::check {

/// An address that the audit has seen, and its ports that offer logins over TLS, best first.
struct GuessableHost {
  std::string host;  // "" for a bare address
  net::Address address;
  std::string tls_name;
  std::string ehlo_name;
  std::string domain;
  std::vector<int> login_ports;
  std::vector<int> implicit_tls_ports;
  std::vector<int> open_ports;
  std::string greeting;       // raw
  std::string blocked_after;  // the audit met a block already
};

/// Measures rule 3 on the first of `hosts` that offers logins; findings, dialogues and the block go
/// into `report`, which must hold all that was found before.
void probe_guessing(const std::vector<GuessableHost>& hosts,
                    const CheckSettings& settings,
                    const World& world,
                    SteadyTime origin,
                    const Progress& progress,
                    finding::Report& report);

}  // namespace spranga::check
