// OpenSSL objects with owners, the client's context, and what a certificate says.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "net/transport.h"

namespace spranga::net {

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }

  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

using SslPointer = std::unique_ptr<SSL, SslDeleter>;
using SslContextPointer = std::unique_ptr<SSL_CTX, SslDeleter>;

/// A context for one client handshake; verification is done and reported, never enforced.
[[nodiscard]] Result<SslContextPointer> make_client_context(const TlsOptions& options);

/// Facts of a finished handshake.
[[nodiscard]] TlsFacts read_facts(SSL* ssl, const TlsOptions& options);

/// The oldest words in OpenSSL's queue for this thread, emptied; "" where there are none.
[[nodiscard]] std::string take_openssl_error();

}  // namespace spranga::net
