// ClientSocket: a program's end of the control socket. Blocking, each call with its own time limit.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "guard/control/frames.h"
#include "guard/pickle/value.h"

namespace spranga::guard::control {

/// What Python's socket says of an errno: "[Errno 111] Connection refused".
[[nodiscard]] std::string errno_text(int error);

class ClientSocket {
public:
  /// nullopt: no limit. The details of errors are Python's words for them.
  [[nodiscard]] static Result<ClientSocket> connect(const std::string& path,
                                                    std::optional<Milliseconds> limit);

  /// Sends a command and waits for its reply: (0, VALUE) or (1, EXCEPTION). Errc::malformed and
  /// Errc::too_large: what came is none; everything else is the socket's trouble.
  [[nodiscard]] Result<pickle::Value> ask(const pickle::Value& command,
                                          std::optional<Milliseconds> limit);

  /// Says goodbye.
  ~ClientSocket();
  ClientSocket(ClientSocket&&) noexcept = default;
  ClientSocket& operator=(ClientSocket&&) noexcept = default;
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;

private:
  explicit ClientSocket(Fd fd) : fd_(std::move(fd)) {}

  [[nodiscard]] Result<void> send_all(std::string_view bytes, std::optional<Milliseconds> limit);

  /// Waits, or reads what is there.
  [[nodiscard]] Result<void> receive(ReplyFrame& frame, std::optional<Milliseconds> limit);

  Fd fd_;
};

}  // namespace spranga::guard::control
