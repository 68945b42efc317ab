// What a ban test's state says: the duration (G2), the block as a value for the report, and how it
// can be gone on with.
#pragma once

#include "check/ban_state.h"
#include "check/settings.h"

namespace spranga::check {

constexpr std::chrono::hours shortest_block{3};
/// A ban of just that length is over when it has lasted that long: who is seen shut out so long is
/// taken for it.
constexpr std::chrono::minutes seen_block = shortest_block - std::chrono::minutes(1);
constexpr std::chrono::hours longest_block{24};

[[nodiscard]] finding::Finding duration_finding(const BanState& state);

[[nodiscard]] finding::Ban ban_of(const BanState& state);

/// Is there anything left that a later look could settle?
[[nodiscard]] bool is_settled(const BanState& state);

/// Puts G2, the block and the remarks on how to go on into `report`.
void report_block(finding::Report& report, const BanState& state, const CheckSettings& settings);

/// The command that goes on with the test.
[[nodiscard]] std::string resume_command(const BanState& state, const std::string& state_file);

}  // namespace spranga::check
