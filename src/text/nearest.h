// "Did you mean": the known word nearest to a mistyped one.
#pragma once

#include <span>
#include <string_view>

namespace spranga::text {

/// The nearest of `known` by insertions, deletions, replacements and swaps of neighbours; "" where
/// none is near enough to be meant.
[[nodiscard]] std::string_view nearest(std::string_view given,
                                       std::span<const std::string_view> known);

}  // namespace spranga::text
