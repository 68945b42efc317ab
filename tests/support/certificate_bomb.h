// A server's TLS context with a certificate that names very many hosts, or a very long chain.
#pragma once

#include "net/tls.h"

namespace spranga::test {

/// Self-signed for mail.example.org and `names` more; sent `copies` times more as its own chain.
[[nodiscard]] net::SslContextPointer make_certificate_bomb(int names, int copies);

}  // namespace spranga::test
