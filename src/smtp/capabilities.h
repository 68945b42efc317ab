// What a server offers in its answer to EHLO (RFC 5321 §4.1.1.1): keywords with parameters.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "smtp/reply.h"

namespace spranga::smtp {

constexpr std::size_t max_mechanisms = 64;  // of one EHLO answer; the rest is not kept

struct Capabilities {
  std::string greeting_name;  // first word of the first line, raw
  bool extended{false};       // EHLO was understood; false after HELO
  std::vector<std::pair<std::string, std::string>>
      keywords;                         // upper-case keyword, parameters; in order
  std::vector<std::string> mechanisms;  // SASL mechanisms, upper case, each once, in order

  [[nodiscard]] bool has(std::string_view keyword) const;

  [[nodiscard]] bool starttls() const { return has("STARTTLS"); }

  [[nodiscard]] bool auth() const { return !mechanisms.empty(); }

  [[nodiscard]] bool offers(std::string_view mechanism) const;
};

/// From the reply to EHLO. Several AUTH lines and the old "AUTH=PLAIN" form are read as one.
[[nodiscard]] Capabilities parse_capabilities(const Reply& ehlo);

}  // namespace spranga::smtp
