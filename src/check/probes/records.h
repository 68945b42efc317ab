// S6: SPF and DMARC records of the domain. Reads DNS; says nothing to the server.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/check.h"
#include "finding/finding.h"

namespace spranga::check {

/// The record that starts with `tag` ("v=spf1", "v=DMARC1"), case ignored; nullopt where none does.
[[nodiscard]] std::optional<std::string> record_with_tag(const std::vector<std::string>& records,
                                                         std::string_view tag);

/// "reject", "quarantine", "none" or "" from a DMARC record's p= tag. Pure.
[[nodiscard]] std::string dmarc_policy(std::string_view record);

/// The `all` term of an SPF record with its qualifier: "-all", "~all", "?all", "+all"; "" where
/// none (a redirect= counts as its own word, "redirect"). Pure.
[[nodiscard]] std::string spf_all(std::string_view record);

[[nodiscard]] finding::Finding probe_records(const std::string& domain,
                                             const World& world,
                                             SteadyTime deadline);

}  // namespace spranga::check
