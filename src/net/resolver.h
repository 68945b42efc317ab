// The Resolver port: DNS with deadlines. "No such name" and "no such record" are an empty list; an
// error means that nobody knows (SERVFAIL, REFUSED, time-out).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"

namespace spranga::net {

struct MxRecord {
  int preference{0};
  std::string host;  // lower case, no trailing dot; "" is the null MX of RFC 7505
};

struct SrvRecord {
  int priority{0};
  int weight{0};
  std::uint16_t port{0};
  std::string host;  // lower case, no trailing dot; "" = service not offered (RFC 2782 ".")
};

/// Thread-safe. Every call returns by its deadline.
class Resolver {
public:
  virtual ~Resolver() = default;

  /// A and AAAA, /etc/hosts included, IPv4 first.
  [[nodiscard]] virtual Result<std::vector<Address>> addresses(const std::string& host,
                                                               SteadyTime deadline) = 0;

  /// Sorted by preference.
  [[nodiscard]] virtual Result<std::vector<MxRecord>> mx(const std::string& domain,
                                                         SteadyTime deadline) = 0;

  /// Sorted by priority.
  [[nodiscard]] virtual Result<std::vector<SrvRecord>> srv(const std::string& name,
                                                           SteadyTime deadline) = 0;

  /// Each TXT record with its strings joined.
  [[nodiscard]] virtual Result<std::vector<std::string>> txt(const std::string& name,
                                                             SteadyTime deadline) = 0;

  /// Names of an address (PTR, /etc/hosts included).
  [[nodiscard]] virtual Result<std::vector<std::string>> names_of(const Address& address,
                                                                  SteadyTime deadline) = 0;
};

}  // namespace spranga::net
