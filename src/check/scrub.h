// Secrets leave the report here, whoever put them in: a server that repeats the password, in any
// connection, in any reply, as it is or in base64.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check/settings.h"
#include "finding/finding.h"

namespace spranga::check {

/// `secret` itself, and what stays the same of it in base64 wherever it begins in the encoded text.
/// Longest first; empty for "". Pure.
[[nodiscard]] std::vector<std::string> shapes_of(std::string_view secret);

/// Puts "********" in the place of every shape of the credentials: in findings, evidence, dialogues
/// and remarks.
void scrub(finding::Report& report, const CheckSettings& settings);

}  // namespace spranga::check
