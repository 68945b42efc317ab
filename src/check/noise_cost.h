// What a probe costs: lines in the server's log that stock fail2ban (Debian 12, every mail jail)
// counts. Measured on the hardened and weak servers of lab/.
#pragma once

#include "finding/remedy.h"

namespace spranga::check {

enum class LoudProbe {
  clear_auth_unadvertised,  // bare AUTH, refused, where AUTH is not advertised
  clear_auth_cancelled,     // bare AUTH answered 334 and cancelled
  relay_refused,            // RCPT to an outside domain, refused
  vrfy_refused,             // VRFY, refused
  mailbox_refused,          // RCPT to an unknown mailbox of the domain, refused
  login_failed,             // the user's own login, refused
};

/// An unknown product is taken for the loudest.
[[nodiscard]] int noise_cost(LoudProbe probe, finding::Product product);

}  // namespace spranga::check
