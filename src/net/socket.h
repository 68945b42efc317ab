// Non-blocking sockets with deadlines: the lowest layer of the real Transport.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "net/dialer.h"

namespace spranga::net {

/// Connects; Errc::refused, unreachable, timeout or io.
[[nodiscard]] Result<Fd> connect_socket(const Endpoint& to,
                                        const DialerOptions& options,
                                        SteadyTime deadline);

enum class Wait { readable, writable };

/// Waits until the socket is ready, or Errc::timeout.
[[nodiscard]] Result<void> wait_for(int fd, Wait what, SteadyTime deadline);

/// errno → Error: ECONNREFUSED refused, ECONNRESET/EPIPE reset, ENETUNREACH… unreachable, else io.
[[nodiscard]] Failure socket_failure(int error_number);

/// Ask for immediate acknowledgements; the kernel forgets the wish, so it is repeated before reads.
void hurry_acknowledgements(int fd);

}  // namespace spranga::net
