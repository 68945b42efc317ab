#include "net/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "net/socket.h"

namespace spranga::net {

namespace {

struct OpensslDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

  void operator()(X509* certificate) const { X509_free(certificate); }

  void operator()(BIO* bio) const { BIO_free(bio); }

  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};

using Key = std::unique_ptr<EVP_PKEY, OpensslDeleter>;
using Certificate = std::unique_ptr<X509, OpensslDeleter>;

constexpr long lifetime_seconds = 90L * 86'400;

bool add_extension(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, OpensslDeleter> extension(
      X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

void set_common_name(X509_NAME* name, const std::string& text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's byte type
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.c_str());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, -1, -1, 0);
}

/// Signed by `issuer_key`; its own issuer where `issuer` is null.
Certificate make_certificate(EVP_PKEY* key,
                             const std::string& name,
                             X509* issuer,
                             EVP_PKEY* issuer_key) {
  Certificate out(X509_new());
  X509_set_version(out.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), issuer == nullptr ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), lifetime_seconds);
  set_common_name(X509_get_subject_name(out.get()), name);
  X509_set_issuer_name(out.get(), X509_get_subject_name(issuer == nullptr ? out.get() : issuer));
  X509_set_pubkey(out.get(), key);
  const bool extended =
      issuer == nullptr
          ? add_extension(out.get(), out.get(), NID_basic_constraints, "critical,CA:TRUE") &&
                add_extension(out.get(), out.get(), NID_key_usage, "critical,keyCertSign")
          : add_extension(out.get(), issuer, NID_subject_alt_name, "DNS:" + name);
  if (!extended || X509_sign(out.get(), issuer_key, EVP_sha256()) == 0) {
    return nullptr;
  }
  return out;
}

std::string pem_of(X509* certificate) {
  const std::unique_ptr<BIO, OpensslDeleter> memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), certificate);
  char* data = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

int version_number(TlsVersion version) {
  constexpr std::array numbers = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
  return numbers.at(static_cast<std::size_t>(version));
}

class RedirectingDialer final : public Dialer {
public:
  RedirectingDialer(Dialer& through, std::map<std::uint16_t, std::uint16_t> ports)
      : through_(through), ports_(std::move(ports)) {}

  [[nodiscard]] Result<std::unique_ptr<Transport>> connect(const Endpoint& to,
                                                           SteadyTime deadline) override {
    const auto found = ports_.find(to.port);
    if (found == ports_.end()) {
      return socket_failure(ECONNREFUSED);
    }
    return through_.connect({to.address, found->second}, deadline);
  }

private:
  Dialer& through_;
  std::map<std::uint16_t, std::uint16_t> ports_;
};

}  // namespace

Result<ServerIdentity> ServerIdentity::make(const Options& options) {
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  const auto ca = make_certificate(ca_key.get(), "spranga practice CA", nullptr, ca_key.get());
  const auto certificate =
      ca ? make_certificate(key.get(), options.name, ca.get(), ca_key.get()) : nullptr;
  ServerIdentity out;
  out.context_.reset(SSL_CTX_new(TLS_server_method()));
  auto* context = out.context_.get();
  if (!certificate || context == nullptr ||
      SSL_CTX_use_certificate(context, certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return fail(Errc::internal, "no certificate could be made: " + take_openssl_error());
  }
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(context, version_number(options.lowest));
  SSL_CTX_set_max_proto_version(context, version_number(options.highest));
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  out.ca_pem_ = pem_of(ca.get());
  return out;
}

Result<Listener> Listener::open(const Endpoint& where) {
  const bool v4 = where.address.family() == Family::ipv4;
  Fd fd(socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  auto own = where.address.to_sockaddr(where.port);
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own idiom
  auto* raw = reinterpret_cast<sockaddr*>(&own.storage);
  constexpr int backlog = 64;
  if (!fd || bind(fd.get(), raw, own.length) != 0 || listen(fd.get(), backlog) != 0 ||
      getsockname(fd.get(), raw, &own.length) != 0) {
    return socket_failure(errno);
  }
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  sockaddr_in v4_name{};
  sockaddr_in6 v6_name{};
  std::memcpy(&v4_name, &own.storage, sizeof v4_name);
  std::memcpy(&v6_name, &own.storage, sizeof v6_name);
  const auto port = ntohs(v4 ? v4_name.sin_port : v6_name.sin6_port);
  return Listener(std::move(fd), {where.address, port});
}

Result<std::unique_ptr<TcpTransport>> Listener::accept(SteadyTime deadline) const {
  SPRANGA_CHECK(wait_for(fd_.get(), Wait::readable, deadline));
  Fd fd(accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) {
    return socket_failure(errno);
  }
  return std::make_unique<TcpTransport>(std::move(fd));
}

std::unique_ptr<Dialer> make_redirecting_dialer(Dialer& through,
                                                std::map<std::uint16_t, std::uint16_t> ports) {
  return std::make_unique<RedirectingDialer>(through, std::move(ports));
}

}  // namespace spranga::net
