#include "guard/control/service.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "guard/control/frames.h"
#include "guard/pickle/pickle.h"
#include "guard/pickle/unpickle.h"

namespace spranga::guard::control {
namespace {

using namespace std::chrono_literals;
using pickle::Value;

const SteadyTime start{1h};

/// A service at a socket of its own, whose clock the test moves.
class ServiceAtASocket : public ::testing::Test {
protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "spranga-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    address_.sun_family = AF_UNIX;
    std::ranges::copy((folder_ / "socket").string(), address_.sun_path);
    Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(listener.get(), raw(), sizeof address_), 0);
    ASSERT_EQ(::listen(listener.get(), 128), 0);
    auto made = Service::make(std::move(listener));
    ASSERT_TRUE(made);
    service_.emplace(std::move(*made));
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] const sockaddr* raw() const {
    return reinterpret_cast<const sockaddr*>(&address_);  // NOLINT(*-reinterpret-cast)
  }

  [[nodiscard]] Fd connect() const {
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(fd.get(), raw(), sizeof address_), 0);
    return fd;
  }

  static void send(const Fd& fd, const std::string& bytes) {
    EXPECT_EQ(::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  static void send(const Fd& fd, const Value& command) {
    send(fd, pickle::to_pickle(command) + std::string(end_marker));
  }

  /// What is there now; "gone" at the end.
  static std::string read(const Fd& fd) {
    std::array<char, 4096> bytes{};
    const auto count = ::recv(fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    return count == 0  ? "gone"
           : count < 0 ? ""
                       : std::string(bytes.data(), static_cast<std::size_t>(count));
  }

  /// Turns until nothing more happens.
  std::vector<Service::Request> serve(SteadyTime now = start) {
    std::vector<Service::Request> out;
    for (int i = 0; i < 10; ++i) {
      std::ranges::move(service_->serve(now), std::back_inserter(out));
    }
    return out;
  }

  std::filesystem::path folder_;
  sockaddr_un address_{};
  std::optional<Service> service_;
};

const Value ping = Value::list({Value::of("ping")});

TEST_F(ServiceAtASocket, GivesARequestWithWhoAskedAndSendsTheReply) {
  const auto client = connect();
  send(client, ping);
  const auto requests = serve();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].command, ping);
  EXPECT_EQ(requests[0].peer.uid, ::getuid());
  EXPECT_EQ(requests[0].peer.pid, ::getpid());
  service_->reply(requests[0].client, Value::of("pong"), start);
  EXPECT_EQ(read(client), pickle::to_pickle(Value::of("pong")) + std::string(end_marker));
}

TEST_F(ServiceAtASocket, TakesRequestsThatCameTogetherOneByOne) {
  const auto client = connect();
  const auto one = pickle::to_pickle(ping) + std::string(end_marker);
  send(client, one + one);
  for (int i = 0; i < 2; ++i) {
    const auto requests = serve();
    ASSERT_EQ(requests.size(), 1U) << i;
    service_->reply(requests[0].client, Value::of(i), start);
  }
  EXPECT_TRUE(serve().empty());
}

TEST_F(ServiceAtASocket, HoldsAReplyBackUntilItsTime) {
  const auto client = connect();
  send(client, ping);
  const auto requests = serve();
  ASSERT_EQ(requests.size(), 1U);
  service_->reply(requests[0].client, Value::of("late"), start, start + 1s);
  EXPECT_EQ(service_->next_deadline(), start + 1s);
  EXPECT_TRUE(serve(start + 999ms).empty());
  EXPECT_EQ(read(client), "");
  EXPECT_TRUE(serve(start + 1s).empty());
  EXPECT_NE(read(client), "");
}

TEST_F(ServiceAtASocket, AnswersWhatIsNoPickleWithAnErrorAndEnds) {
  const auto client = connect();
  send(client, "cos\nsystem\n(S'id'\ntR." + std::string(end_marker));
  EXPECT_TRUE(serve().empty());
  EXPECT_NE(read(client).find("ERROR: GLOBAL at 0: os.system is not data"), std::string::npos);
  EXPECT_EQ(read(client), "gone");
  EXPECT_EQ(service_->take_complaints(),
            std::vector<std::string>{"GLOBAL at 0: os.system is not data"});
}

TEST_F(ServiceAtASocket, SendsAwayTheOneThatIsSilentLongestWhenThereAreTooMany) {
  std::vector<Fd> clients;
  for (std::size_t i = 0; i < Service::most_clients; ++i) {
    clients.push_back(connect());
    serve(start + Milliseconds(i));
  }
  send(clients[0], ping);  // busy: not the one
  const auto requests = serve(start + 1s);
  ASSERT_EQ(requests.size(), 1U);
  clients.push_back(connect());
  serve(start + 2s);
  EXPECT_EQ(service_->clients(), Service::most_clients);
  EXPECT_EQ(read(clients[1]), "gone");
  EXPECT_EQ(read(clients[0]), "");
  EXPECT_EQ(read(clients[2]), "");
}

TEST_F(ServiceAtASocket, LetsSilentClientsGoAfterTheirTime) {
  const auto client = connect();
  serve();
  EXPECT_EQ(service_->next_deadline(), start + 10min);
  serve(start + 10min);
  EXPECT_EQ(read(client), "gone");
  EXPECT_EQ(service_->clients(), 0U);
}

TEST_F(ServiceAtASocket, DoesNotSpinForAClientThatWentWhileItWaited) {
  {
    const auto client = connect();
    send(client, ping);
    ASSERT_EQ(serve().size(), 1U);
  }
  serve();
  EXPECT_EQ(service_->clients(), 0U);
}

TEST_F(ServiceAtASocket, HandsAClientOver) {
  const auto client = connect();
  send(client, ping);
  const auto requests = serve();
  ASSERT_EQ(requests.size(), 1U);
  const auto taken = service_->take(requests[0].client);
  ASSERT_TRUE(taken);
  send(*taken, "from another process");
  EXPECT_EQ(read(client), "from another process");
  EXPECT_EQ(service_->clients(), 0U);
  service_->reply(requests[0].client, Value::none(), start);
}

}  // namespace
}  // namespace spranga::guard::control
