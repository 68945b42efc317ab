// The server's end: a listening socket on loopback and a certificate to show. For the practice
// server and for scripted servers in tests; nothing that faces the world.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/fd.h"
#include "net/tcp_transport.h"

namespace spranga::net {

/// A private CA and a server certificate of it, made in memory.
class ServerIdentity {
public:
  struct Options {
    std::string name;  // subjectAltName
    TlsVersion lowest{TlsVersion::tls1_2};
    TlsVersion highest{TlsVersion::tls1_3};
  };

  [[nodiscard]] static Result<ServerIdentity> make(const Options& options);

  /// The CA's certificate, PEM: what a client must trust.
  [[nodiscard]] const std::string& ca_pem() const { return ca_pem_; }

  [[nodiscard]] SSL_CTX* context() const { return context_.get(); }

private:
  ServerIdentity() = default;
  SslContextPointer context_;
  std::string ca_pem_;
};

class Listener {
public:
  /// Port 0 = any free one.
  [[nodiscard]] static Result<Listener> open(const Endpoint& where);

  [[nodiscard]] Endpoint endpoint() const { return endpoint_; }

  /// The next connection, or Errc::timeout.
  [[nodiscard]] Result<std::unique_ptr<TcpTransport>> accept(SteadyTime deadline) const;

private:
  Listener(Fd fd, const Endpoint& endpoint) : fd_(std::move(fd)), endpoint_(endpoint) {}

  Fd fd_;
  Endpoint endpoint_;
};

/// A Dialer that goes to other ports than it is asked for: {25 → 40025}. Ports that are not in the
/// map are refused. `through` outlives it.
[[nodiscard]] std::unique_ptr<Dialer> make_redirecting_dialer(
    Dialer& through, std::map<std::uint16_t, std::uint16_t> ports);

}  // namespace spranga::net
