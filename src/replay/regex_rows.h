// The hits of a line as fail2ban-regex -o prints them, and as JSON.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "guard/match/failure.h"
#include "replay/regex_trial.h"

namespace spranga::replay {

/// Python's repr() of what a group caught.
[[nodiscard]] std::string repr_of(const guard::FieldContent& content);

/// repr() of the groups as a dict, in their order.
[[nodiscard]] std::string repr_of(const guard::Failure& failure);

/// repr() of a time in seconds: "1124013600.0"; "None".
[[nodiscard]] std::string repr_of(const std::optional<ban::Instant>& at);

/// Turns hits into text, lines with their ends.
using RowFormat = std::function<std::string(const LineHits&)>;

/// `name` is that of -o: id, fid, ip, msg, row, a group's name, or a text with <tags>.
[[nodiscard]] RowFormat row_format(const std::string& name);

/// One object a hit: line, time, id, fields, regex, nofail; weak and attempts where they apply;
/// matches (their number) where every expression was tried.
[[nodiscard]] std::string json_rows(const LineHits& line);

}  // namespace spranga::replay
