// Addresses and targets: what is read and printed is read again as the same.
#include <string>

#include "check/target.h"
#include "fuzz/input.h"
#include "net/address.h"

using spranga::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = spranga::fuzz::as_text(data, size);
  if (const auto address = spranga::net::Address::parse(text)) {
    const auto again = spranga::net::Address::parse(address->to_string());
    require(again && *again == *address);
    require(!address->smtp_literal().empty() && !address->reverse_name().empty());
  }
  const auto target = spranga::check::parse_target(text);
  if (target) {
    require(target->host.empty() == target->address.has_value());
    require(!target->port || (*target->port > 0 && *target->port <= 65535));
  } else {
    require(!target.error().detail.empty());
  }
  return 0;
}
