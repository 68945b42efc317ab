#include "check/door.h"

#include <algorithm>

namespace spranga::check {

using finding::Status;
using words::Word;

void note_block(Audit& audit, int port, std::string_view after, const std::string& words) {
  if (!audit.set_blocked(after)) {
    return;
  }
  const auto text = std::to_string(port);
  audit.add(make_finding(
      "G5", Status::info, {Word::g5_blocked, {text, std::string(after), words}}, audit, port));
}

bool try_the_door(Audit& audit, int port, std::string_view after) {
  const auto knocked = audit.knock(port);
  if (!knocked) {
    note_block(audit, port, after, knocked.error().detail);
  }
  return knocked.has_value();
}

void recheck_silent_ports(Audit& audit) {
  const auto open = audit.open_ports();
  const bool silent = std::ranges::any_of(audit.all_ports(), [](const auto& entry) {
    return entry.second.state == PortState::shut || entry.second.state == PortState::filtered;
  });
  if (!open.empty() && silent) {
    try_the_door(audit, open.front(), "A2");
  }
}

}  // namespace spranga::check
