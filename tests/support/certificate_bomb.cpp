#include "tests/support/certificate_bomb.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace spranga::test {

namespace {

struct Deleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

  void operator()(X509* certificate) const { X509_free(certificate); }

  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

void add_name(GENERAL_NAMES* names, const std::string& host) {
  auto* text = ASN1_IA5STRING_new();
  ASN1_STRING_set(text, host.data(), static_cast<int>(host.size()));
  auto* name = GENERAL_NAME_new();
  GENERAL_NAME_set0_value(name, GEN_DNS, text);
  sk_GENERAL_NAME_push(names, name);
}

std::unique_ptr<X509, Deleter> make_certificate(EVP_PKEY* key, int names) {
  constexpr long a_day = 86'400;
  std::unique_ptr<X509, Deleter> out(X509_new());
  X509_set_version(out.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), -a_day);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), a_day);
  X509_set_pubkey(out.get(), key);
  const std::unique_ptr<GENERAL_NAMES, Deleter> list(GENERAL_NAMES_new());
  add_name(list.get(), "mail.example.org");
  for (int i = 0; i < names; ++i) {
    add_name(list.get(), "host-" + std::to_string(i) + ".example.org");
  }
  X509_add1_ext_i2d(out.get(), NID_subject_alt_name, list.get(), 0, 0);
  X509_sign(out.get(), key, EVP_sha256());
  return out;
}

}  // namespace

net::SslContextPointer make_certificate_bomb(int names, int copies) {
  const std::unique_ptr<EVP_PKEY, Deleter> key(EVP_EC_gen("P-256"));
  const auto certificate = make_certificate(key.get(), names);
  net::SslContextPointer context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  if (SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    std::abort();
  }
  for (int i = 0; i < copies; ++i) {
    SSL_CTX_add1_chain_cert(context.get(), certificate.get());
  }
  return context;
}

}  // namespace spranga::test
