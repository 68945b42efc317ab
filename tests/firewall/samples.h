// Doors and entries that the tests of the firewall share.
#pragma once

#include <string_view>

#include "firewall/messages.h"

namespace spranga::firewall::test {

inline net::Address address(std::string_view text) {
  return *net::Address::parse(text);
}

inline Door mail_door(DoorId id = 1) {
  Door out;
  out.id = id;
  out.ports = {{25, 25}, {465, 465}, {587, 587}};
  return out;
}

inline Entry entry(DoorId door, std::string_view base, std::uint8_t prefix) {
  return {door, address(base), prefix, std::chrono::hours(1)};
}

inline Entry one(DoorId door, std::string_view text) {
  return entry(door, text, full_prefix(address(text).family()));
}

}  // namespace spranga::firewall::test
