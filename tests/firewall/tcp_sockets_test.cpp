#include "firewall/tcp_sockets.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <set>

#include "net/listener.h"

namespace spranga::firewall {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint32_t any_state = ~0U;

/// A kernel with one socket a family, which knows as much as the test lets it.
class SmallKernel : public SockDiag {
public:
  /// Each question as it came: "both", "ipv4", "ipv6".
  std::vector<std::string> asked;
  /// What fails, and how.
  std::map<std::string, int> failing;
  int end_fails{ENOENT};

  KernelAnswer dump(NetlinkMessage question, const NetlinkSocket::Each& each) override {
    const auto& bytes = question.finish(1, false);
    const auto type = header_of(bytes).nlmsg_type;
    const int family = static_cast<unsigned char>(bytes[NLMSG_HDRLEN]);
    const bool both = type == TCPDIAG_GETSOCK;
    EXPECT_TRUE(both || type == SOCK_DIAG_BY_FAMILY);
    asked.emplace_back(both ? "both" : family == AF_INET ? "ipv4" : "ipv6");
    filters.insert(bytes.size() - NLMSG_HDRLEN -
                   (both ? sizeof(inet_diag_req) : sizeof(inet_diag_req_v2)));
    if (const auto fails = failing.find(asked.back()); fails != failing.end()) {
      return KernelError{fails->second, std::strerror(fails->second)};  // NOLINT(concurrency-*)
    }
    for (const int each_family : {AF_INET, AF_INET6}) {
      if (both || family == each_family) {
        tell(each_family, each);
      }
    }
    return std::nullopt;
  }

  KernelAnswer request(NetlinkMessage order) override {
    EXPECT_EQ(header_of(order.finish(1, true)).nlmsg_type, SOCK_DESTROY);
    return KernelError{end_fails, std::strerror(end_fails)};  // NOLINT(concurrency-*)
  }

  std::set<std::size_t> filters;  // how long

private:
  static nlmsghdr header_of(const std::string& bytes) {
    nlmsghdr out{};
    std::memcpy(&out, bytes.data(), sizeof(out));
    return out;
  }

  static void tell(int family, const NetlinkSocket::Each& each) {
    struct {
      nlmsghdr header{};
      inet_diag_msg body{};
    } message;

    message.header.nlmsg_len = NLMSG_LENGTH(sizeof(message.body));
    message.body.idiag_family = static_cast<std::uint8_t>(family);
    each(message.header);
  }
};

/// This kernel, but for the older question.
class Sandboxed : public SockDiag {
public:
  KernelAnswer dump(NetlinkMessage question, const NetlinkSocket::Each& each) override {
    const auto bytes = question.finish(1, false);
    nlmsghdr header{};
    std::memcpy(&header, bytes.data(), sizeof(header));
    return header.nlmsg_type == TCPDIAG_GETSOCK ? KernelError{EOPNOTSUPP, "not here"}
                                                : kernel_->dump(std::move(question), each);
  }

  KernelAnswer request(NetlinkMessage order) override { return kernel_->request(std::move(order)); }

private:
  std::unique_ptr<SockDiag> kernel_{open_sock_diag()};
};

class TcpSocketsTest : public ::testing::Test {
protected:
  std::vector<int> families() {
    std::vector<int> out;
    answer_ = sockets_.walk(
        any_state, "", [&out](const TcpSocket& socket) { out.push_back(socket.family); });
    return out;
  }

  SmallKernel* kernel_{new SmallKernel};  // NOLINT(cppcoreguidelines-owning-memory): sockets_' own
  TcpSockets sockets_{std::unique_ptr<SockDiag>(kernel_)};
  KernelAnswer answer_;
};

TEST_F(TcpSocketsTest, OfBothFamiliesAreWalkedOverOnce) {
  EXPECT_THAT(families(), ElementsAre(AF_INET, AF_INET6));
  EXPECT_THAT(kernel_->asked, ElementsAre("both"));
}

TEST_F(TcpSocketsTest, AreWalkedOverByFamilyWhereTheOlderQuestionIsNotKnown) {
  kernel_->failing = {{"both", EOPNOTSUPP}};
  EXPECT_THAT(families(), ElementsAre(AF_INET, AF_INET6));
  EXPECT_THAT(kernel_->asked, ElementsAre("both", "ipv4", "ipv6"));
  EXPECT_FALSE(answer_);
}

TEST_F(TcpSocketsTest, AreNotAskedForInVainAgain) {
  kernel_->failing = {{"both", EOPNOTSUPP}};
  families();
  kernel_->asked.clear();
  EXPECT_THAT(families(), ElementsAre(AF_INET, AF_INET6));
  EXPECT_THAT(kernel_->asked, ElementsAre("ipv4", "ipv6"));
}

TEST_F(TcpSocketsTest, AreAskedForAsBeforeWhenAWalkFailedInPassing) {
  kernel_->failing = {{"both", EBUSY}};
  EXPECT_THAT(families(), IsEmpty());
  EXPECT_TRUE(answer_);
  kernel_->failing.clear();
  families();
  EXPECT_THAT(kernel_->asked, ElementsAre("both", "both"));
}

TEST_F(TcpSocketsTest, OfTheOneFamilyThatAKernelHasAreEnough) {
  kernel_->failing = {{"both", EINVAL}, {"ipv6", ENOENT}};
  EXPECT_THAT(families(), ElementsAre(AF_INET));
  EXPECT_FALSE(answer_);
  EXPECT_EQ(sockets_.lacking(), "");
}

TEST_F(TcpSocketsTest, AreFilteredByEitherQuestion) {
  const std::string filter(8, 'f');
  for (const bool older : {true, false}) {
    kernel_->failing =
        older ? std::map<std::string, int>() : std::map<std::string, int>{{"both", EOPNOTSUPP}};
    sockets_.walk(any_state, filter, [](const TcpSocket&) {});
  }
  EXPECT_THAT(kernel_->asked, ElementsAre("both", "both", "ipv4", "ipv6"));
  EXPECT_THAT(kernel_->filters, ElementsAre(NLA_HDRLEN + filter.size()));
}

TEST_F(TcpSocketsTest, LackNothingWhereTheyAreToldOfAndEnd) {
  EXPECT_EQ(sockets_.lacking(), "");
}

TEST_F(TcpSocketsTest, AreLackingWhereNoQuestionIsKnown) {
  kernel_->failing = {{"both", EOPNOTSUPP}, {"ipv4", EOPNOTSUPP}, {"ipv6", EOPNOTSUPP}};
  EXPECT_THAT(sockets_.lacking(), HasSubstr("does not tell of open sessions: Operation not"));
}

TEST_F(TcpSocketsTest, AreLackingWhereTheyCannotBeEnded) {
  kernel_->end_fails = EOPNOTSUPP;
  EXPECT_THAT(sockets_.lacking(), HasSubstr("does not end open sessions: Operation not"));
}

TEST_F(TcpSocketsTest, AreNotCalledLackingForWhatPasses) {
  kernel_->failing = {{"both", ENOBUFS}};
  EXPECT_EQ(sockets_.lacking(), "");
}

std::set<std::uint16_t> listening(TcpSockets sockets) {
  std::set<std::uint16_t> out;
  sockets.walk(1U << static_cast<unsigned>(TCP_LISTEN), "", [&out](const TcpSocket& socket) {
    out.insert(ntohs(socket.id.idiag_sport));
  });
  return out;
}

TEST(TcpSocketsOfThisHost, AreTheSameByEitherQuestion) {
  const auto none = [](const TcpSocket&) {};
  if (const auto refused = TcpSockets(open_sock_diag()).walk(any_state, "", none)) {
    GTEST_SKIP() << refused->text;
  }
  for (const auto* address : {"127.0.0.1", "::1"}) {
    const auto listener = net::Listener::open({*net::Address::parse(address), 0});
    if (!listener) {
      continue;  // this host has no IPv6
    }
    const auto port = listener->endpoint().port;
    EXPECT_TRUE(listening(TcpSockets(open_sock_diag())).contains(port)) << address;
    EXPECT_TRUE(listening(TcpSockets(std::make_unique<Sandboxed>())).contains(port)) << address;
  }
}

}  // namespace

}  // namespace spranga::firewall
