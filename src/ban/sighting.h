// Sighting: a failure seen in a log. What fail2ban logs as "Found".
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "ban/instant.h"
#include "ban/jail_spec.h"

namespace spranga::ban {

/// Value of a named group: unset, text, a set (users of one session), a tuple.
using FieldValue =
    std::variant<std::monostate, std::string, std::set<std::string>, std::vector<std::string>>;

struct Sighting {
  /// The ban key as fail2ban prints it: an address in canonical text, a name that was not
  /// resolved, or what F-ID or F-TUPLE_ID caught.
  std::string id;
  std::optional<Instant> at;  // none: the line's date is impossible, or there is none
  std::map<std::string, FieldValue>
      fields;                        // named groups in fail2ban's spelling ("user", "fport")
  std::vector<std::string> matches;  // lines that made it, as text; hostile bytes included
  std::size_t line{0};               // number of the line that completed it, 1-based
  /// The expression that matched; lives as long as the matcher's JailSpec.
  const Expression* expression{nullptr};
  int regex_index{-1};  // 0-based place in failregex (weak: in weakregex)
  int attempts{1};      // of <F-ATTEMPTS>: failures that this one line stands for
  int counts{1};        // times, in both ways of counting: an admin's word (set JAIL attempt)
  bool nofail{false};   // context only, never counted
  bool weak{false};     // counts only beside better evidence
  bool is_name{false};  // the id is a host's name, whose addresses are to be asked for
};

}  // namespace spranga::ban
