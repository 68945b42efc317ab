// The guard's end, with the runner's end held by the test.
#include "daemon/runner_link.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

namespace spranga::daemon {
namespace {

using action_runner::Request;
using action_runner::Verb;

class Lines : public guard::Log {
public:
  void write(guard::Level /*of*/, std::string_view /*from*/, std::string_view text) override {
    lines.emplace_back(text);
  }

  [[nodiscard]] bool shows(guard::Level /*of*/) const override { return true; }

  std::vector<std::string> lines;
};

class RunnerLinkTest : public testing::Test {
protected:
  Result<Fd> start() {
    SPRANGA_TRY(auto ends, process::Channel::pair());
    far = std::make_unique<process::Channel>(std::move(ends.second));
    return std::move(ends.first);
  }

  Lines log;
  std::unique_ptr<process::Channel> far;
  RunnerLink link{[this] { return start(); }, log, [](const auto&, const auto&) {}};
};

TEST_F(RunnerLinkTest, SendsWhatAMessageCarriesOfLongLines) {
  Request request;
  request.jail = "mail";
  request.tags = {{"ip", "192.0.2.7"}, {"matches", std::string(2'000'000, 'x')}};
  EXPECT_TRUE(link.send(request));
  const auto message = far->receive();
  ASSERT_TRUE(message && *message);
  const auto got = action_runner::read_request((*message)->bytes);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->tags.at("ip"), "192.0.2.7");
  EXPECT_TRUE(log.lines.empty());
}

TEST_F(RunnerLinkTest, DoesNotWaitForAnAnswerToWhatCouldNotBeAsked) {
  Request request;
  request.verb = Verb::ignore;
  request.jail = std::string(200'000, 'x');
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE(link.ask(request, 10'000));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  EXPECT_EQ(link.open_requests(), 0U);
}

}  // namespace
}  // namespace spranga::daemon
