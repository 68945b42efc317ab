#include "replay/mention.h"

#include "text/ascii.h"

namespace spranga::replay {

namespace {

/// Whether the address would go on with this text.
bool continues(std::string_view after, bool is_ipv6) {
  if (after.empty()) {
    return false;
  }
  const bool digit_next = is_ipv6 ? text::is_hexadecimal(after[0]) : text::is_digit(after[0]);
  const char mark = is_ipv6 ? ':' : '.';
  const bool part_next = after[0] == mark && after.size() > 1 &&
                         (is_ipv6 ? text::is_hexadecimal(after[1]) : text::is_digit(after[1]));
  return digit_next || part_next;
}

bool begins_before(std::string_view before, bool is_ipv6) {
  if (before.empty()) {
    return false;
  }
  const char last = before.back();
  return is_ipv6 ? text::is_hexadecimal(last) || (last == ':' && before.size() > 1 &&
                                                  text::is_hexadecimal(before[before.size() - 2]))
                 : text::is_digit(last) || (last == '.' && before.size() > 1 &&
                                            text::is_digit(before[before.size() - 2]));
}

}  // namespace

bool names_address(std::string_view line, std::string_view address) {
  const bool is_ipv6 = address.find(':') != std::string_view::npos;
  for (auto at = line.find(address); at != std::string_view::npos;
       at = line.find(address, at + 1)) {
    if (!continues(line.substr(at + address.size()), is_ipv6) &&
        !begins_before(line.substr(0, at), is_ipv6)) {
      return true;
    }
  }
  return false;
}

}  // namespace spranga::replay
