// A reply from its text, for tests of what replies mean.
#pragma once

#include <string>

#include "smtp/reply.h"

namespace spranga::check {

inline smtp::Reply reply_of(std::string_view text) {
  smtp::ReplyParser parser;
  parser.feed(std::string(text) + "\r\n");
  auto reply = parser.next();
  return reply && *reply ? **reply : smtp::Reply{};
}

}  // namespace spranga::check
