// The guard's end, with the runner's end held by the test.
#include "daemon/runner_link.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "tests/daemon/log_lines.h"

namespace spranga::daemon {
namespace {

using action_runner::Request;
using action_runner::Verb;

class RunnerLinkTest : public testing::Test {
protected:
  Result<Fd> start() {
    SPRANGA_TRY(auto ends, process::Channel::pair());
    far = std::make_unique<process::Channel>(std::move(ends.second));
    on_start();
    return std::move(ends.first);
  }

  /// Reads until one comes, and answers it.
  void answer_a_question() const {
    pollfd ready{far->fd(), POLLIN, 0};
    constexpr int patience_ms = 60'000;
    while (::poll(&ready, 1, patience_ms) > 0) {
      const auto message = far->receive();
      if (!message) {
        return;
      }
      const auto asked =
          *message ? action_runner::read_request((*message)->bytes) : Result<Request>(Request());
      if (!asked || asked->verb != Verb::ignore) {
        continue;
      }
      action_runner::Answer answer;
      answer.order = asked->order;
      answer.reply = action_runner::Reply{};
      answer.reply->order = asked->order;
      answer.reply->outcome = action_runner::Outcome::ignored;
      EXPECT_TRUE(far->send(action_runner::pack(answer)));
      return;
    }
  }

  void ask_and_hear_ignored() {
    Request question;
    question.verb = Verb::ignore;
    question.jail = "mail";
    const auto reply = link.ask(question, 60'000);
    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->outcome, action_runner::Outcome::ignored);
  }

  LogLines log;
  std::unique_ptr<process::Channel> far;
  std::function<void()> on_start = [] {};
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

TEST_F(RunnerLinkTest, AsksBehindWhatWaitsBecauseTheSocketIsFull) {
  Request request;
  request.jail = "mail";
  request.tags = {{"ip", "192.0.2.7"}, {"matches", std::string(100'000, 'x')}};
  while (!link.wants_to_write()) {
    ASSERT_TRUE(link.send(request));
  }
  std::jthread answers([this] { answer_a_question(); });
  ask_and_hear_ignored();
}

TEST_F(RunnerLinkTest, AsksTheNextRunnerWhereOneHasJustEnded) {
  Request request;
  request.jail = "mail";
  ASSERT_TRUE(link.send(request));
  far.reset();
  std::jthread answers;
  on_start = [&] { answers = std::jthread([this] { answer_a_question(); }); };
  ask_and_hear_ignored();
}

TEST_F(RunnerLinkTest, LeavesOutWhatNoMessageCarries) {
  Request request;
  request.jail = std::string(200'000, 'x');
  EXPECT_FALSE(link.send(request));
  EXPECT_EQ(link.open_requests(), 0U);
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
