// spranga check: tests one target from outside over the wire and judges it by three rules.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "check/settings.h"
#include "finding/finding.h"
#include "knock/pause.h"
#include "net/resolver.h"
#include "net/transport.h"
#include "words/phrase.h"

namespace spranga::check {

/// A place outside the server that asks instead of us (--from-here): the dialer opens its sockets
/// there.
struct Vantage {
  net::Address source_ipv4;  // of the vantage, as the server sees it
  net::Address source_ipv6;
  net::Address server_ipv4;  // this machine, as the vantage reaches it; stands in for loopback
  net::Address server_ipv6;
};

struct BanState;

/// What the checks need from the world; all outlive the run.
struct World {
  const Clock& clock;
  net::Resolver& resolver;
  net::Dialer& dialer;
  const Vantage* vantage{nullptr};  // nullptr: we ask from this machine itself
  // For the ban test alone.
  knock::Pause* pause{nullptr};                       // how it waits
  net::Dialer* second{nullptr};                       // connects from the second source
  std::optional<net::Address> second_source{};        // its address
  std::function<void(const BanState&)> keep_state{};  // after each thing that was learnt
  /// Connects from another address of this machine.
  std::function<std::unique_ptr<net::Dialer>(const net::Address& source)> dial_from{};
};

/// Called with a short phrase at each step ("587: STARTTLS"); from several threads, one at a time.
using Progress = std::function<void(const words::Phrase&)>;

/// Tests `target` (host, host:port, address, [v6]:port, or mail domain). Never throws; whatever the
/// server does ends in findings. Blocks for at most settings.total_timeout an address.
[[nodiscard]] finding::Report run_check(const std::string& target,
                                        const CheckSettings& settings,
                                        const World& world,
                                        const Progress& progress);

}  // namespace spranga::check
