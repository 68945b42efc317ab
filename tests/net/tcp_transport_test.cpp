// The real Transport against a listener on loopback.
#include "net/tcp_transport.h"

#include <gtest/gtest.h>

#include <thread>

#include "net/dialer.h"
#include "net/listener.h"
#include "tests/support/certificate_bomb.h"
#include "tests/support/scripted_server.h"

namespace spranga::net {
namespace {

SteadyTime soon(int milliseconds = 2000) {
  return std::chrono::steady_clock::now() + Milliseconds(milliseconds);
}

/// Both ends of a connection.
struct Pair {
  std::unique_ptr<Transport> client;
  std::unique_ptr<TcpTransport> server;
};

Pair connected() {
  const auto listener = Listener::open({*Address::parse("127.0.0.1"), 0});
  const auto dialer = make_dialer();
  Pair out;
  out.client = std::move(*dialer->connect(listener->endpoint(), soon()));
  out.server = std::move(*listener->accept(soon()));
  return out;
}

TlsOptions trusting() {
  TlsOptions options;
  options.server_name = "mail.example.org";
  options.ca_file = test::ca_file();
  return options;
}

TEST(TcpTransport, CarriesBytesAndTellsTheEnd) {
  auto [client, server] = connected();
  ASSERT_TRUE(client->write("EHLO x\r\n", soon()));
  EXPECT_EQ(server->read_some(soon()).value_or("-"), "EHLO x\r\n");
  server->close();
  const auto end = client->read_some(soon());
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Errc::closed);
}

TEST(TcpTransport, WaitsNoLongerThanItsDeadline) {
  auto [client, server] = connected();
  const auto nothing = client->read_some(soon(5));
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Errc::timeout);
}

TEST(TcpTransport, GivesWhatIsThereEvenWhenTheDeadlineIsOver) {
  auto [client, server] = connected();
  ASSERT_TRUE(server->write("250 Ok\r\n", soon()));
  ASSERT_TRUE(server->write("x", soon()));
  std::string got;
  while (got.size() < 9) {
    got += client->read_some(soon(-1)).value_or("");
  }
  EXPECT_EQ(got, "250 Ok\r\nx");
}

TEST(TcpTransport, AfterCloseIsClosed) {
  auto [client, server] = connected();
  client->close();
  client->close();
  EXPECT_EQ(client->write("x", soon()).error().code, Errc::closed);
  EXPECT_EQ(client->read_some(soon()).error().code, Errc::closed);
}

TEST(TcpTransport, ToAClosedPortIsRefused) {
  auto endpoint = [] {
    const auto listener = Listener::open({*Address::parse("127.0.0.1"), 0});
    return listener->endpoint();
  }();
  const auto refused = make_dialer()->connect(endpoint, soon());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
}

TEST(Tls, TellsTheFactsOfATrustedServer) {
  auto [client, server] = connected();
  const std::jthread serving([&server = server] {
    if (server->accept_tls(test::identity().context(), soon())) {
      static_cast<void>(server->write("220 secret\r\n", soon()));
    }
  });
  const auto facts = client->start_tls(trusting(), soon());
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->version, TlsVersion::tls1_3);
  EXPECT_TRUE(facts->valid());
  EXPECT_EQ(facts->key_type, "EC");
  EXPECT_GT(facts->seconds_left, 0);
  EXPECT_EQ(client->read_some(soon()).value_or("-"), "220 secret\r\n");
}

TEST(Tls, TellsAWrongName) {
  auto [client, server] = connected();
  const std::jthread serving([&server = server] {
    static_cast<void>(server->accept_tls(test::identity().context(), soon()));
  });
  auto options = trusting();
  options.server_name = "other.example.org";
  const auto facts = client->start_tls(options, soon());
  ASSERT_TRUE(facts);
  EXPECT_TRUE(facts->certificate_trusted);
  EXPECT_FALSE(facts->name_matches);
  EXPECT_FALSE(facts->valid());
}

TEST(Tls, WithoutANameIsNeverValid) {
  auto [client, server] = connected();
  const std::jthread serving([&server = server] {
    static_cast<void>(server->accept_tls(test::identity().context(), soon()));
  });
  auto options = trusting();
  options.server_name = "";
  options.server_address = Address::parse("127.0.0.1");
  const auto facts = client->start_tls(options, soon());
  ASSERT_TRUE(facts);
  EXPECT_FALSE(facts->valid());
}

TEST(Tls, MetByClearTextSaysSoAndLeavesItToBeRead) {
  for (const bool before : {true, false}) {
    auto [client, server] = connected();
    if (before) {
      ASSERT_TRUE(server->write("250 2.0.0 Ok\r\n", soon()));
    }
    const std::jthread serving([&server = server, before] {
      if (!before && server->read_some(soon())) {  // the ClientHello
        static_cast<void>(server->write("250 2.0.0 Ok\r\n", soon()));
      }
    });
    const auto facts = client->start_tls(trusting(), soon());
    ASSERT_FALSE(facts);
    EXPECT_EQ(facts.error().code, Errc::malformed);
    EXPECT_EQ(client->read_some(soon()).value_or("-"), "250 2.0.0 Ok\r\n");
  }
}

TEST(Tls, MetByGarbageFails) {
  auto [client, server] = connected();
  ASSERT_TRUE(server->write(std::string_view("\x16\x03\x03\x00\x05hello", 10), soon()));
  const auto facts = client->start_tls(trusting(), soon());
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, Errc::tls);
}

TEST(Tls, MetByAnAlertFails) {
  auto [client, server] = connected();
  ASSERT_TRUE(server->write(std::string_view("\x15\x03\x01\x00\x02\x02\x46", 7), soon()));
  const auto facts = client->start_tls(trusting(), soon());
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, Errc::tls);
}

TEST(Tls, MetBySilenceTimesOut) {
  auto [client, server] = connected();
  const auto facts = client->start_tls(trusting(), soon(20));
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, Errc::timeout);
}

TEST(Tls, OfAnEndlessHandshakeEndsAtItsDeadline) {
  auto [client, server] = connected();
  std::atomic<bool> stop{false};
  const std::jthread serving([&server = server, &stop] {
    // HelloRequest, which a client passes over, again and again.
    std::string flood;
    for (int i = 0; i < 1000; ++i) {
      flood += std::string("\x16\x03\x03\x00\x04\x00\x00\x00\x00", 9);
    }
    while (!stop && server->write(flood, soon(50))) {
    }
  });
  const auto facts = client->start_tls(trusting(), soon(100));
  EXPECT_FALSE(facts);
  stop = true;
  client->close();
}

TEST(Tls, OfAnOldVersionIsAgreedOnlyWhereBothOfferIt) {
  auto old = ServerIdentity::make({.name = "mail.example.org", .lowest = TlsVersion::tls1_0});
  ASSERT_TRUE(old);
  auto options = trusting();
  options.highest = TlsVersion::tls1_1;
  for (auto* context : {old->context(), test::identity().context()}) {
    auto [client, server] = connected();
    const std::jthread serving(
        [&server = server, context] { static_cast<void>(server->accept_tls(context, soon())); });
    const auto facts = client->start_tls(options, soon());
    EXPECT_EQ(facts.has_value(), context == old->context());
    if (facts) {
      EXPECT_EQ(facts->version, TlsVersion::tls1_1);
    }
  }
}

TEST(CertificateBomb, OfManyNamesIsReadUpToALimit) {
  const auto context = test::make_certificate_bomb(5000, 0);
  auto [client, server] = connected();
  const std::jthread serving([&server = server, &context] {
    static_cast<void>(server->accept_tls(context.get(), soon()));
  });
  const auto facts = client->start_tls(trusting(), soon());
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->certificate_names.size(), 100U);
  EXPECT_TRUE(facts->name_matches);
  EXPECT_FALSE(facts->certificate_trusted);
}

TEST(CertificateBomb, ThatIsTooLargeEndsTheHandshake) {
  for (const auto& [names, copies] : {std::pair(20'000, 0), std::pair(1000, 50)}) {
    const auto context = test::make_certificate_bomb(names, copies);
    auto [client, server] = connected();
    const std::jthread serving([&server = server, &context] {
      static_cast<void>(server->accept_tls(context.get(), soon()));
    });
    const auto facts = client->start_tls(trusting(), soon());
    ASSERT_FALSE(facts);
    EXPECT_EQ(facts.error().code, Errc::tls);
    client->close();
  }
}

TEST(CertificateBomb, OfALongChainIsNotTrusted) {
  const auto context = test::make_certificate_bomb(0, 100);
  auto [client, server] = connected();
  const std::jthread serving([&server = server, &context] {
    static_cast<void>(server->accept_tls(context.get(), soon()));
  });
  const auto facts = client->start_tls(trusting(), soon());
  EXPECT_FALSE(facts && facts->valid());
}

TEST(RedirectingDialer, GoesToTheMappedPortAndNowhereElse) {
  const auto listener = Listener::open({*Address::parse("127.0.0.1"), 0});
  const auto tcp = make_dialer();
  const auto dialer = make_redirecting_dialer(*tcp, {{25, listener->endpoint().port}});
  EXPECT_TRUE(dialer->connect({*Address::parse("127.0.0.1"), 25}, soon()));
  EXPECT_EQ(dialer->connect({*Address::parse("127.0.0.1"), 587}, soon()).error().code,
            Errc::refused);
}

}  // namespace
}  // namespace spranga::net
