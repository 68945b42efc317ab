// BanNews: what the owner is told of one ban. Made from a HeldBan; log lines are made harmless
// here, and passwords in them are gone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ban/verdict.h"

namespace spranga::guard::mail {

struct BanNews {
  ban::Ban ban;
  std::string country;  // "FR (France)", "" = not known
  std::string rule;     // FILE:LINE of the expression, "" = not known
  std::string user;     // the login that was tried, "" = none
  std::vector<std::string> lines;
};

constexpr std::size_t longest_shown_line = 300;

/// `lines`: the last `most` of them, each on one line, printable, and without passwords.
[[nodiscard]] std::vector<std::string> lines_to_show(const std::vector<std::string>& lines,
                                                     std::size_t most);

/// A value as it may stand in a mail: printable, on one line, not too long.
[[nodiscard]] std::string value_to_show(std::string_view value);

}  // namespace spranga::guard::mail
