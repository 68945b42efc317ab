// How we introduce ourselves: the EHLO name, the outside sender's domain, the nonce.
#pragma once

#include <optional>
#include <string>

#include "check/check.h"
#include "net/address.h"

namespace spranga::check {

struct Introduction {
  std::string ehlo_name;       // forward-confirmed name, else address literal
  std::string outside_domain;  // of our outside sender
  std::string source;          // our address, "" where unknown
};

/// Servers look EHLO names up, so only a name that leads back to our address is said (Q8). A
/// private address that talks to a public one is not seen as such over there: the literal then.
[[nodiscard]] Introduction introduce_to(const net::Address& server,
                                        const CheckSettings& settings,
                                        const World& world,
                                        SteadyTime deadline);

/// "spranga-" and eight random hex digits: the local part by which the owner finds the run in his
/// log.
[[nodiscard]] std::string make_nonce();

}  // namespace spranga::check
