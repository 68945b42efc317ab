// The practice server: three real services (25, 587, 465) on free ports of loopback, for `spranga
// tour` where a real mail server cannot be had. Takes no mail anywhere.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "practice/dialogue.h"

namespace spranga::practice {

class Server {
public:
  /// Starts its threads. The destructor ends all of them.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(const Weaknesses& weaknesses,
                                                             const Mailbox& mailbox);

  virtual ~Server() = default;

  /// {25 → where it really listens, …}
  [[nodiscard]] virtual std::map<std::uint16_t, std::uint16_t> ports() const = 0;

  /// PEM certificate of the CA that signed the server's.
  [[nodiscard]] virtual const std::string& ca_pem() const = 0;
};

}  // namespace spranga::practice
