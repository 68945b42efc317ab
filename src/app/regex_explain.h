// `spranga regex --explain`: how a filter's expressions are kept from lines that they cannot match.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "guard/match/line_reader.h"
#include "guard/match/pipeline.h"

namespace spranga::app {

/// Lines for a person: of each expression the words without which it is not tried, then whether the
/// filter may leave lines aside.
[[nodiscard]] std::vector<std::string> explain_scan(const guard::Pipeline& pipeline,
                                                    const guard::LineReader& reader);

/// The same of each expression, after a timed trial: on how many of so many lines it was tried, and
/// what that cost.
[[nodiscard]] std::vector<std::string> explain_cost(const guard::Pipeline& pipeline,
                                                    std::uint64_t lines);

}  // namespace spranga::app
