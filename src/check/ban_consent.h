// May a ban test be made here? It gets an address banned, so the target must be the owner's, and
// the ban must not shut him out himself.
#pragma once

#include <string>
#include <vector>

#include "check/check.h"
#include "check/settings.h"

namespace spranga::check {

/// The ways by which somebody is logged in on this machine: both addresses of SSH_CONNECTION
/// ("192.0.2.7 50012 192.0.2.1 22"), and the default gateway.
[[nodiscard]] std::vector<net::Address> ways_in(const std::string& ssh_connection);

/// Refuses, with a sentence, big providers, and without --yes this machine itself and the ways in.
/// Asks DNS only.
[[nodiscard]] Result<void> may_test_ban(const std::string& target,
                                        const CheckSettings& settings,
                                        const World& world,
                                        const std::vector<net::Address>& ways_in);

}  // namespace spranga::check
