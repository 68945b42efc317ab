// The real Transport: a non-blocking socket, and SSL on top of it once a handshake has succeeded.
// Either end: a client's (start_tls) or a server's (accept_tls).
#pragma once

#include <memory>

#include "base/fd.h"
#include "net/tls.h"
#include "net/transport.h"

namespace spranga::net {

class TcpTransport final : public Transport {
public:
  explicit TcpTransport(Fd fd);

  [[nodiscard]] Result<void> write(std::string_view bytes, SteadyTime deadline) override;

  [[nodiscard]] Result<std::string> read_some(SteadyTime deadline) override;

  [[nodiscard]] Result<TlsFacts> start_tls(const TlsOptions& options, SteadyTime deadline) override;

  /// The server's side of a handshake, with the certificate of `context` (not owned).
  [[nodiscard]] Result<void> accept_tls(SSL_CTX* context, SteadyTime deadline);

  void close() override;

  [[nodiscard]] Address local_address() const override { return local_; }

private:
  [[nodiscard]] Result<std::size_t> write_plain(std::string_view bytes, SteadyTime deadline) const;
  Result<std::size_t> write_tls(std::string_view bytes, SteadyTime deadline);
  [[nodiscard]] Result<std::string> read_plain(SteadyTime deadline) const;
  Result<std::string> read_tls(SteadyTime deadline);

  /// After an SSL call that did not succeed: waits and returns, or says why there is no point.
  Result<void> wait_for_tls(int outcome, SteadyTime deadline);

  using HandshakeCall = int (*)(SSL*);
  Result<void> shake_hands(HandshakeCall call, SteadyTime deadline);
  Result<void> finish_handshake(HandshakeCall call, SteadyTime deadline);

  /// What stands between OpenSSL and the socket.
  struct Watch {
    int fd{-1};
    SteadyTime deadline;            // OpenSSL reads nothing after it, however much a peer sends
    bool expects_handshake{false};  // the next byte must begin a TLS record
    bool met_clear_text{false};     // and did not
  };

  static long before_read(BIO* bio,
                          int operation,
                          const char* data,
                          std::size_t length,
                          int argi,
                          long argl,
                          int outcome,
                          std::size_t* processed);

  Fd fd_;
  std::unique_ptr<Watch> watch_;
  SslContextPointer context_;
  SslPointer ssl_;
  Address local_;
};

}  // namespace spranga::net
