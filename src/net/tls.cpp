#include "net/tls.h"

#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>

namespace spranga::net {

namespace {

constexpr std::size_t max_certificate_names = 100;
constexpr long max_certificate_bytes = 256L * 1024;  // "certificate bomb": OpenSSL stops there
constexpr int max_chain_depth = 10;

struct VersionRow {
  TlsVersion version;
  int number;
  std::string_view name;
};

constexpr std::array versions = {VersionRow{TlsVersion::tls1_0, TLS1_VERSION, "TLS 1.0"},
                                 VersionRow{TlsVersion::tls1_1, TLS1_1_VERSION, "TLS 1.1"},
                                 VersionRow{TlsVersion::tls1_2, TLS1_2_VERSION, "TLS 1.2"},
                                 VersionRow{TlsVersion::tls1_3, TLS1_3_VERSION, "TLS 1.3"}};

const VersionRow& version_row(TlsVersion version) {
  return versions.at(static_cast<std::size_t>(version));
}

TlsVersion version_of(SSL* ssl) {
  for (const auto& row : versions) {
    if (row.number == SSL_version(ssl)) {
      return row.version;
    }
  }
  return TlsVersion::tls1_0;  // older than anything that we offer: cannot happen, judged as worst
}

bool name_matches(X509* certificate, const TlsOptions& options, unsigned flags) {
  if (!options.server_name.empty()) {
    const auto& name = options.server_name;
    return X509_check_host(certificate, name.data(), name.size(), flags, nullptr) == 1;
  }
  if (options.server_address) {
    const auto raw = options.server_address->bytes();
    return X509_check_ip(
               certificate,
               // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's type
               reinterpret_cast<const unsigned char*>(raw.data()),
               raw.size(),
               0) == 1;
  }
  return false;
}

std::string text_of(const ASN1_STRING* value) {
  const auto* data = ASN1_STRING_get0_data(value);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): ASN.1 bytes as text
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(ASN1_STRING_length(value))};
}

std::string common_name(X509* certificate) {
  const auto* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  return at < 0 ? "" : text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

std::vector<std::string> dns_names(X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  std::vector<std::string> out;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS && out.size() < max_certificate_names) {
      out.push_back(text_of(name->d.dNSName));
    }
  }
  return out;
}

/// The server stopped short of a root that nobody here knows how to reach.
bool is_incomplete(SSL* ssl, long problem) {
  if (problem != X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY &&
      problem != X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE) {
    return false;
  }
  const auto* chain = SSL_get_peer_cert_chain(ssl);
  const int count = chain == nullptr ? 0 : sk_X509_num(chain);
  if (count == 0) {
    return false;
  }
  const auto* last = sk_X509_value(chain, count - 1);
  return X509_NAME_cmp(X509_get_subject_name(last), X509_get_issuer_name(last)) != 0;
}

void read_dates(X509* certificate, TlsFacts& facts) {
  const auto* end = X509_get0_notAfter(certificate);
  std::tm when{};
  if (ASN1_TIME_to_tm(end, &when) == 1) {
    facts.not_after =
        fmt::format("{:04}-{:02}-{:02}", when.tm_year + 1900, when.tm_mon + 1, when.tm_mday);
  }
  int days = 0;
  int seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, nullptr, end) == 1) {
    facts.seconds_left = days * 86'400L + seconds;
  }
}

void read_certificate(SSL* ssl, const TlsOptions& options, TlsFacts& facts) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl),
                                                                &X509_free);
  if (!certificate) {
    facts.certificate_problem = "no certificate";
    return;
  }
  const long problem = SSL_get_verify_result(ssl);
  facts.certificate_trusted = problem == X509_V_OK;
  facts.certificate_problem =
      facts.certificate_trusted ? "" : X509_verify_cert_error_string(problem);
  facts.chain_incomplete = is_incomplete(ssl, problem);
  facts.name_matches =
      name_matches(certificate.get(), options, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  facts.name_only_in_common_name =
      !facts.name_matches &&
      name_matches(certificate.get(), options, X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT);
  facts.certificate_subject = common_name(certificate.get());
  facts.certificate_names = dns_names(certificate.get());
  if (const auto* key = X509_get0_pubkey(certificate.get()); key != nullptr) {
    const auto* type = EVP_PKEY_get0_type_name(key);
    facts.key_type = type == nullptr ? "" : type;
    facts.key_bits = EVP_PKEY_get_bits(key);
  }
  read_dates(certificate.get(), facts);
}

}  // namespace

std::string_view tls_version_name(TlsVersion version) {
  return version_row(version).name;
}

std::string take_openssl_error() {
  std::string out;
  while (const auto code = ERR_get_error()) {
    if (const auto* words = ERR_reason_error_string(code); out.empty() && words != nullptr) {
      out = words;
    }
  }
  return out;
}

Result<SslContextPointer> make_client_context(const TlsOptions& options) {
  SslContextPointer context(SSL_CTX_new(TLS_client_method()));
  if (!context) {
    return fail(Errc::internal, take_openssl_error());
  }
  auto* raw = context.get();
  SSL_CTX_set_security_level(raw, 0);  // we look at weak servers; what is weak is reported
  SSL_CTX_set_min_proto_version(raw, version_row(options.lowest).number);
  SSL_CTX_set_max_proto_version(raw, version_row(options.highest).number);
  SSL_CTX_set_cipher_list(raw, "ALL:!aNULL:!eNULL:@SECLEVEL=0");
  SSL_CTX_set_options(raw, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_LEGACY_SERVER_CONNECT);
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_clear_mode(raw,
                     SSL_MODE_AUTO_RETRY);  // come back after each record: deadlines are looked at
  SSL_CTX_set_max_cert_list(raw, max_certificate_bytes);
  SSL_CTX_set_verify_depth(raw, max_chain_depth);
  SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  if (options.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(raw);
  } else if (SSL_CTX_load_verify_locations(raw, options.ca_file.c_str(), nullptr) != 1) {
    return fail(Errc::not_found,
                fmt::format("{}: no certificates read: {}", options.ca_file, take_openssl_error()));
  }
  return context;
}

TlsFacts read_facts(SSL* ssl, const TlsOptions& options) {
  TlsFacts facts;
  facts.version = version_of(ssl);
  facts.cipher = SSL_get_cipher_name(ssl);
  read_certificate(ssl, options, facts);
  return facts;
}

}  // namespace spranga::net
