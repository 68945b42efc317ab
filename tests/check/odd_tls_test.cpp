// A4, A5, A6 against odd ways into TLS, and servers that are slow about everything.
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/check/odd_servers.h"

namespace spranga::check {
namespace {

using finding::RuleState;
using test::Answer;
using test::audit;
using test::Dialogue;
using test::hang_up;
using test::Script;

TEST(TlsOfOldVersionsOnly, Fails) {
  const auto old = net::ServerIdentity::make({.name = "mail.example.org",
                                              .lowest = net::TlsVersion::tls1_0,
                                              .highest = net::TlsVersion::tls1_0});
  ASSERT_TRUE(old);
  Script script{.ports = {465, 587}};
  script.tls_context = old->context();
  const auto run = audit(script);
  test::expect_sound(run);
  for (const int port : {465, 587}) {
    EXPECT_NE(run.status("A4", port), "pass") << port;
  }
  EXPECT_NE(run.rule(1), RuleState::ok);
}

/// Shows the certificate of mail.example.org to those alone who ask for that name.
int by_name(SSL* ssl, int* /*alert*/, void* /*argument*/) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name != nullptr && std::string_view(name) == "mail.example.org") {
    SSL_set_SSL_CTX(ssl, test::identity().context());
  }
  return SSL_TLSEXT_ERR_OK;
}

TEST(ACertificateByName, IsAskedForByName) {
  const auto fallback = net::ServerIdentity::make({.name = "default.invalid"});
  ASSERT_TRUE(fallback);
  SSL_CTX_set_tlsext_servername_callback(fallback->context(), by_name);
  Script script{.ports = {25, 465, 587}};
  script.tls_context = fallback->context();
  const auto run = audit(script);
  EXPECT_EQ(run.status("A4", 465), "pass");
  EXPECT_EQ(run.status("A4", 587), "pass");
  const auto other =
      audit(script, {.settings = [](CheckSettings& s) { s.tls_name = "other.example.org"; }});
  EXPECT_EQ(other.status("A4", 465), "fail");
}

int only_known_names(SSL* ssl, int* alert, void* /*argument*/) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  *alert = SSL_AD_UNRECOGNIZED_NAME;
  return name != nullptr && std::string_view(name) == "mail.example.org"
             ? SSL_TLSEXT_ERR_OK
             : SSL_TLSEXT_ERR_ALERT_FATAL;
}

TEST(AServerThatShakesHandsByNameOnly, IsNoneWithoutTls) {
  const auto picky = net::ServerIdentity::make({.name = "mail.example.org"});
  ASSERT_TRUE(picky);
  SSL_CTX_set_tlsext_servername_callback(picky->context(), only_known_names);
  Script script{.ports = {465}};
  script.tls_context = picky->context();
  const auto run =
      audit(script, {.settings = [](CheckSettings& s) { s.tls_name = "other.example.org"; }});
  test::expect_sound(run);
  EXPECT_NE(run.rule(1), RuleState::ok);
}

/// Signed by itself, for mail.example.org, and over since yesterday. `pem` holds the certificate.
net::SslContextPointer expired_certificate(std::string& pem) {
  constexpr long a_day = 86'400;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
  X509_set_version(made.get(), 2);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -2 * a_day);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), -a_day);
  X509_set_pubkey(made.get(), key.get());
  auto* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:mail.example.org");
  X509_add_ext(made.get(), names, -1);
  X509_EXTENSION_free(names);
  X509_sign(made.get(), key.get(), EVP_sha256());
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(out.get(), made.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  pem.assign(bytes, static_cast<std::size_t>(size));
  net::SslContextPointer context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), made.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  return context;
}

TEST(ACertificateThatIsOver, FailsThoughItIsTrusted) {
  std::string pem;
  const auto context = expired_certificate(pem);
  const auto file = ::testing::TempDir() + "spranga-expired-" + std::to_string(::getpid()) + ".pem";
  std::ofstream(file) << pem;
  Script script;
  script.tls_context = context.get();
  const auto run =
      audit(script, {.with_login = true, .settings = [&](CheckSettings& s) { s.ca_file = file; }});
  std::filesystem::remove(file);
  test::expect_sound(run);
  EXPECT_EQ(run.status("A4", 465), "fail");
  EXPECT_EQ(run.status("A4", 587), "fail");
  EXPECT_EQ(run.status("A4", 25), "warn");
  EXPECT_EQ(run.status("S2", 587), "not_tested");  // no password goes there
  EXPECT_NE(run.everything().find("expired"), std::string::npos);
}

TEST(StarttlsThatIsPromisedAndNotKept, IsNoPass) {
  for (const auto* words : {"454 4.3.3 TLS not available after start",            // Sendmail
                            "454 4.7.0 TLS not available due to local problem",   // Postfix
                            "554 5.7.3 Unable to initialize security subsystem",  // Exchange
                            "501 5.5.2 Syntax error (no parameters allowed)",
                            "220 2.0.0 Ready|220 2.0.0 Ready"}) {
    Script script{.ports = {587}};
    script.on("STARTTLS", words);
    const auto run = audit(
        script, {.settings = [](CheckSettings& s) { s.timeout = std::chrono::milliseconds(300); }});
    test::expect_sound(run);
    EXPECT_NE(run.status("A4", 587), "pass") << words;
    EXPECT_NE(run.status("A5", 587), "pass") << words;
    EXPECT_NE(run.rule(1), RuleState::ok) << words;
  }
}

TEST(StarttlsThatIsInjected, IsFoundInEachWay) {
  using enum Script::Injected;
  for (const auto how : {executed, executed_late, answered_in_clear}) {
    for (const std::size_t chunk : {0, 3}) {
      Script script{.ports = {587}, .injected = how, .chunk = chunk};
      const auto run = audit(script);
      test::expect_sound(run);
      EXPECT_EQ(run.status("A5", 587), "fail") << static_cast<int>(how) << " " << chunk;
    }
  }
}

/// Takes its time before each answer.
Script slow(std::chrono::milliseconds each, const std::vector<int>& ports) {
  Script script{.ports = ports};
  script.on("", [each](const Dialogue&) -> std::optional<Answer> {
    std::this_thread::sleep_for(each);
    return std::nullopt;
  });
  return script;
}

TEST(ATarpit, IsJudgedAsAnyOther) {
  const auto run = audit(slow(std::chrono::milliseconds(40), {465, 587}));
  test::expect_sound(run);
  EXPECT_EQ(run.failures(), "");
  EXPECT_EQ(run.status("A5", 587), "pass");
  EXPECT_EQ(run.status("S4", 465), "pass");
}

TEST(ATarpit, ThatInjectsIsNoPass) {
  auto script = slow(std::chrono::milliseconds(40), {587});
  script.injected = Script::Injected::executed;
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_NE(run.status("A5", 587), "pass");
}

TEST(ATarpit, SlowerThanAnybodyWaitsIsNotTested) {
  const auto run =
      audit(slow(std::chrono::milliseconds(120), {25, 587}), {.settings = [](CheckSettings& s) {
              s.timeout = std::chrono::milliseconds(60);
              s.total_timeout = std::chrono::seconds(3);
            }});
  test::expect_sound(run);
  EXPECT_EQ(run.failures(), "");
  EXPECT_NE(run.rule(1), RuleState::ok);
  EXPECT_NE(run.rule(2), RuleState::ok);
}

/// 421 from the n-th connection on, as rate limits say it.
TEST(ARateLimit, AfterSomeConnectionsIsNoFaultAndNoPass) {
  for (int allowed = 1; allowed < 5; ++allowed) {
    Script script;
    script.on("(connect)", [allowed](const Dialogue& d) {
      return d.connection > allowed
                 ? std::optional(hang_up("421 4.7.0 Rate limit exceeded, try again later"))
                 : std::nullopt;
    });
    const auto run = audit(script, {.with_login = true});
    test::expect_sound(run);
    EXPECT_EQ(run.failures(), "") << allowed;
    EXPECT_FALSE(run.rule(1) == RuleState::ok && run.rule(2) == RuleState::ok && allowed < 3)
        << allowed;
  }
}

/// TLS that ends at the ClientHello from the second connection on.
TEST(AnOverloadedServer, ThatEndsHandshakesRefusesNoOldVersion) {
  Script script{.ports = {465}};
  script.on("(accept)", [](const Dialogue& d) {
    return d.connection > 1 ? std::optional(hang_up()) : std::nullopt;
  });
  const auto run = audit(script);
  EXPECT_EQ(run.status("A4", 465), "not_tested");
  EXPECT_EQ(run.failures(), "");
}

}  // namespace
}  // namespace spranga::check
