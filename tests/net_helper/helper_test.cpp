// The loop with its threads, a channel and a resolver that answers, or waits until its deadline.
#include "net_helper/helper.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace spranga::net_helper {

namespace {

using namespace std::chrono_literals;

class SlowResolver final : public net::Resolver {
public:
  Result<std::vector<net::Address>> addresses(const std::string& host,
                                              SteadyTime deadline) override {
    ++asked;
    if (host.starts_with("silent")) {
      std::this_thread::sleep_until(deadline + 200ms);  // a resolver that is late
      return fail(Errc::timeout, "late");
    }
    return std::vector{*net::Address::parse("192.0.2.1"), *net::Address::parse("2001:db8::1")};
  }

  Result<std::vector<net::MxRecord>> mx(const std::string&, SteadyTime) override { return {}; }

  Result<std::vector<net::SrvRecord>> srv(const std::string&, SteadyTime) override { return {}; }

  Result<std::vector<std::string>> txt(const std::string&, SteadyTime) override { return {}; }

  Result<std::vector<std::string>> names_of(const net::Address&, SteadyTime) override {
    return std::vector<std::string>{"evil\n.example.test", std::string(300, 'x')};
  }

  std::atomic<int> asked{0};
};

/// A helper in a thread, and the guard's end of its channel.
struct Running {
  Running()
      : workers(*Workers::make([kept = resolver](const Job& job) { return do_job(job, *kept); })),
        ends(*process::Channel::pair()),
        guard(std::move(ends.first)),
        loop([this] {
          Helper helper(process::Channel(std::move(ends.second)), *workers, clock);
          outcome = helper.run();
        }) {}

  ~Running() {
    guard = process::Channel(Fd());
    loop.join();
  }

  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  Running(Running&&) = delete;
  Running& operator=(Running&&) = delete;

  Answer ask(const Request& request) {
    EXPECT_TRUE(guard.send(pack(request)));
    return next();
  }

  Answer next() {
    const auto message = guard.wait(10'000);
    EXPECT_TRUE(message);
    const auto answer = message ? read_answer(message->bytes) : Result<Answer>();
    EXPECT_TRUE(answer);
    return answer.value_or(Answer());
  }

  // A worker that is late may outlive the test.
  std::shared_ptr<SlowResolver> resolver = std::make_shared<SlowResolver>();
  SystemClock clock;
  std::unique_ptr<Workers> workers;
  std::pair<Fd, Fd> ends;
  process::Channel guard;
  Result<void> outcome;
  std::thread loop;
};

Request ask_for(std::uint64_t number, const std::string& name, std::chrono::milliseconds timeout) {
  Request out;
  out.number = number;
  out.text = name;
  out.timeout = timeout;
  return out;
}

TEST(Helper, AnswersAndRemembers) {
  Running running;
  for (const std::uint64_t number : {1U, 2U}) {
    const auto answer = running.ask(ask_for(number, "mail.example.test", 5s));
    EXPECT_EQ(answer.number, number);
    EXPECT_EQ(answer.texts, (std::vector<std::string>{"192.0.2.1", "2001:db8::1"}));
  }
  EXPECT_EQ(running.resolver->asked, 1);
}

TEST(Helper, NamesOfStrangersAreMadeHarmless) {
  Running running;
  auto request = ask_for(1, "192.0.2.9", 5s);
  request.what = Request::What::names;
  EXPECT_EQ(running.ask(request).texts, std::vector<std::string>{"evil\\n.example.test"});
}

TEST(Helper, HoldsTheDeadlineWhenAllHandsAreBusy) {
  Running running;
  constexpr std::uint64_t many = 3 * Workers::most_for_names;
  for (std::uint64_t i = 0; i < many; ++i) {
    const auto name = "silent" + std::to_string(i) + ".example.test";
    ASSERT_TRUE(running.guard.send(pack(ask_for(i, name, 50ms))));
  }
  for (std::uint64_t i = 0; i < many; ++i) {
    EXPECT_EQ(running.next().code, Errc::timeout);
  }
}

TEST(Helper, EndsWithAnErrorOnAMessageThatIsNone) {
  Running running;
  ASSERT_TRUE(running.guard.send("no request"));
  EXPECT_FALSE(running.guard.wait(10'000));  // closed
  running.loop.join();
  EXPECT_FALSE(running.outcome);
  running.loop = std::thread([] {});
}

}  // namespace

}  // namespace spranga::net_helper
