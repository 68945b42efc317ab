// The findings of the ban test, made of what the engine measured. Pure.
#pragma once

#include <optional>

#include "check/ban_state.h"
#include "knock/series.h"
#include "knock/surroundings.h"

namespace spranga::check {

[[nodiscard]] finding::Finding door_finding(std::string_view id,
                                            finding::Status status,
                                            words::Phrase summary,
                                            const std::optional<BanDoor>& door);

/// G1 of a door that was shut to us, with how sure that is.
[[nodiscard]] finding::Finding block_finding(const BanState& state,
                                             const knock::Block& block,
                                             knock::Proof proof,
                                             int lines_before);

/// G1 of a door that was shut to everybody, or may have been.
[[nodiscard]] finding::Finding outage_finding(const knock::Block& block,
                                              knock::Proof proof,
                                              const BanDoor& door,
                                              const knock::Circumstances& seen);

/// G1 where no block was met.
[[nodiscard]] finding::Finding unblocked_finding(const knock::Course& course, const BanDoor& door);

/// G4.
[[nodiscard]] finding::Finding slow_down_finding(const knock::Course& course, const BanDoor& door);

/// G6.
[[nodiscard]] finding::Finding names_finding(const knock::Course& course,
                                             const BanDoor& door,
                                             const std::string& known_user);

[[nodiscard]] std::vector<finding::Guess> guesses_of(const knock::Course& course);

/// Lines that this run left before the first guess, and that a guard may have counted.
[[nodiscard]] int lines_before(const finding::Report& report);

/// "25, 465, 587"
[[nodiscard]] std::string port_list(const std::vector<int>& ports);

/// The second source by name: its address, or this machine itself.
[[nodiscard]] std::string second_name(const BanDoor& door);

}  // namespace spranga::check
