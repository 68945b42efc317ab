// The second stage: <tag>s of a filter or an action, filled in from its combined options.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "base/result.h"
#include "guard/config/problem.h"
#include "guard/config/value.h"

namespace spranga::guard::config {

/// Says what a <tag> means that is no combined option: an option of [Definition], of another
/// section ("section/name"), or nothing.
using FindTag = std::function<Result<std::optional<Value>>(const std::string& name)>;

/// Replaces tags in every option, nested ones too, until nothing changes. Unknown tags stay, so
/// that <HOST>, <ip> and redirections survive. Options named in `ignored` are left alone, and so
/// are tags of those names. An option that leads to itself is an error.
[[nodiscard]] Result<Section> substitute_tags(const Section& options,
                                              const std::set<std::string, std::less<>>& ignored,
                                              const FindTag& more,
                                              Problems& problems);

}  // namespace spranga::guard::config
