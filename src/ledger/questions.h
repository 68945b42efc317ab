// Questions: what `why` and `top` ask of our own database. They read, and are bounded by `limit`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/answers.h"
#include "ledger/record.h"
#include "ledger/sqlite.h"

namespace spranga::ledger {

/// "192.0.2.0/24" and all others that hold `address`, as bans spell them, longest prefix first;
/// of a network those that hold it. None of what is no address.
[[nodiscard]] std::vector<std::string> networks_holding(const std::string& address);

/// Whether `network` ("192.0.2.0/24") holds `address`.
[[nodiscard]] bool holds(const std::string& network, const std::string& address);

[[nodiscard]] Result<std::vector<BanStory>> read_bans_of(Database& db,
                                                         const std::string& target,
                                                         std::int64_t limit);
[[nodiscard]] Result<std::vector<Seen>> read_sightings_of(Database& db,
                                                          const std::string& target,
                                                          ban::Instant since,
                                                          std::int64_t limit);
[[nodiscard]] Result<std::vector<Offender>> read_top(Database& db,
                                                     TopBy by,
                                                     ban::Instant since,
                                                     std::int64_t limit);
[[nodiscard]] Result<std::vector<JailCount>> read_jail_counts(Database& db,
                                                              ban::Instant since,
                                                              ban::Instant now);

}  // namespace spranga::ledger
