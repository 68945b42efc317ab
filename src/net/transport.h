// The Transport port: one TCP connection, in clear or under TLS, with a deadline on every call.
// Owner: one thread at a time. Failures are values (base Errc: timeout, refused, reset, closed,
// unreachable, tls, io); nothing throws.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"

namespace spranga::net {

enum class TlsVersion { tls1_0, tls1_1, tls1_2, tls1_3 };

/// "TLS 1.2"
[[nodiscard]] std::string_view tls_version_name(TlsVersion version);

struct TlsOptions {
  std::string server_name;  // SNI and the name that the certificate must carry; "" = neither
  std::optional<Address> server_address;  // accepted as an iPAddress SAN where server_name is ""
  std::string ca_file;                    // PEM; "" = the system's store
  TlsVersion lowest{TlsVersion::tls1_0};
  TlsVersion highest{TlsVersion::tls1_3};
};

/// What the handshake showed. The handshake itself never fails for a bad certificate: it is
/// reported.
struct TlsFacts {
  TlsVersion version{TlsVersion::tls1_2};
  std::string cipher;
  bool certificate_trusted{false};  // chain and dates verify
  bool name_matches{false};         // by subjectAltName
  bool name_only_in_common_name{false};
  bool chain_incomplete{false};                // the server left out an intermediate
  std::string certificate_problem;             // OpenSSL's words; "" where trusted
  std::string certificate_subject;             // CN, raw
  std::vector<std::string> certificate_names;  // DNS names of subjectAltName, raw, at most 100
  std::string key_type;                        // "RSA", "EC", "ED25519"
  int key_bits{0};
  std::string not_after;  // ISO date, UTC
  long seconds_left{0};   // until not_after, at the time of the handshake

  /// Secrets may be sent: trusted chain and the right name.
  [[nodiscard]] bool valid() const { return certificate_trusted && name_matches; }
};

class Transport {
public:
  virtual ~Transport() = default;

  /// Writes all of `bytes`.
  [[nodiscard]] virtual Result<void> write(std::string_view bytes, SteadyTime deadline) = 0;

  /// At least one byte, at most 16 KiB; Errc::closed at the end of the stream, Errc::timeout where
  /// nothing came.
  [[nodiscard]] virtual Result<std::string> read_some(SteadyTime deadline) = 0;

  /// Client handshake over the connection as it stands. Errc::malformed where the server goes on in
  /// clear text; what it said is then still to be read.
  [[nodiscard]] virtual Result<TlsFacts> start_tls(const TlsOptions& options,
                                                   SteadyTime deadline) = 0;

  /// Ends the connection without ceremony. Idempotent.
  virtual void close() = 0;

  /// Our own end, as the system chose it.
  [[nodiscard]] virtual Address local_address() const = 0;
};

/// Opens connections. Thread-safe.
class Dialer {
public:
  virtual ~Dialer() = default;

  [[nodiscard]] virtual Result<std::unique_ptr<Transport>> connect(const Endpoint& to,
                                                                   SteadyTime deadline) = 0;
};

}  // namespace spranga::net
