// Site: the server whose door is tried, and the ways to it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "knock/pause.h"
#include "net/transport.h"
#include "smtp/session.h"

namespace spranga::knock {

struct Site {
  net::Address address;
  int port{587};  // where logins are tried
  bool implicit_tls{false};
  net::TlsOptions tls;
  std::string ehlo_name;
  std::string stem;    // invented users are this, a number, and @DOMAIN
  std::string domain;  // "" where none is known
  std::vector<int> implicit_tls_ports{465};
  Milliseconds connect_patience{4'000};  // for a SYN and two more
  Milliseconds reply_patience{30'000};   // for a greeting and for the answer to a login
};

/// Takes the transcript of a connection that has ended.
using Keep = std::function<void(std::string_view purpose,
                                const net::Endpoint& to,
                                bool tls,
                                const smtp::Transcript& transcript)>;

/// What the engine needs from the world; all outlive it.
struct World {
  const Clock& clock;
  Pause& pause;
  net::Dialer& dialer;
  SteadyTime origin;  // zero of the transcripts
  Keep keep;
};

}  // namespace spranga::knock
