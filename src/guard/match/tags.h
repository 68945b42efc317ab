// fail2ban's own tags in an expression (<HOST>, <F-USER>…</F-USER>, <SKIPLINES>) → Python's `re`.
#pragma once

#include <string>
#include <string_view>

namespace spranga::guard {

/// The expression with every tag that fail2ban knows expanded and global flags at the start of a
/// group made local ones. `names_too`: <HOST> also takes a host's name (usedns is not "no").
/// What is no tag stays as it is.
[[nodiscard]] std::string expand_tags(std::string_view expression, bool names_too);

}  // namespace spranga::guard
