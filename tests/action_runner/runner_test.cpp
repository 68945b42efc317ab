// The process's loop with real commands, the guard's end held by the test.
#include "action_runner/runner.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "action_runner/firewall_rules.h"
#include "action_runner/jail_actions.h"
#include "plan/plan.h"
#include "process/channel.h"

namespace spranga::action_runner {
namespace {

constexpr int patience_ms = 30'000;

ban::ActionSpec action(const std::string& name,
                       std::vector<std::pair<std::string, std::string>> options) {
  ban::ActionSpec out;
  out.name = name;
  out.options = std::move(options);
  return out;
}

class Runners : public testing::Test {
protected:
  Runners() {
    std::string pattern = testing::TempDir() + "spranga-runner-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }

  Runners(const Runners&) = delete;
  Runners& operator=(const Runners&) = delete;
  Runners(Runners&&) = delete;
  Runners& operator=(Runners&&) = delete;

  ~Runners() override {
    end();
    // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): a folder of this test
    EXPECT_EQ(std::system(("rm -rf " + folder_).c_str()), 0);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }

  void run(RunnerPlan plan, bool with_warden = true) {
    auto guard = process::Channel::pair();
    auto warden = process::Channel::pair();
    ASSERT_TRUE(guard && warden);
    guard_.emplace(std::move(guard->first));
    if (with_warden) {
      warden_.emplace(std::move(warden->first));
    }
    thread_ = std::thread([this,
                           plan = std::move(plan),
                           ours = std::move(guard->second),
                           theirs = with_warden ? std::move(warden->second) : Fd()]() mutable {
      Runner runner(
          std::move(plan),
          std::move(ours),
          std::move(theirs),
          [](bool full) { return std::string(full ? "host.example.test" : "host"); },
          guard::actions::service_ports(""));
      EXPECT_TRUE(runner.run());
    });
  }

  void end() {
    guard_.reset();
    warden_.reset();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  std::uint64_t send(Request request, std::vector<Fd> fds = {}) {
    request.order = ++order_;
    EXPECT_TRUE(guard_->send(pack(request), std::move(fds)));
    return order_;
  }

  std::uint64_t send(Verb verb,
                     const std::string& jail,
                     const std::string& name,
                     const Tags& tags = {}) {
    Request request;
    request.verb = verb;
    request.jail = jail;
    request.action = name;
    request.tags = tags;
    return send(std::move(request));
  }

  Reply next() {
    for (;;) {
      const auto message = guard_->wait(patience_ms);
      if (!message) {
        ADD_FAILURE() << message.error().detail;
        return {};
      }
      const auto answer = read_answer(message->bytes);
      EXPECT_TRUE(answer);
      for (const auto& line : answer ? answer->lines : std::vector<LogLine>()) {
        said_ += line.text + "|";
      }
      if (answer && answer->reply) {
        return *answer->reply;
      }
    }
  }

  [[nodiscard]] std::string file(const std::string& name) const {
    std::ifstream in(path(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  [[nodiscard]] RunnerPlan plan_of(std::vector<ban::ActionSpec> actions,
                                   const std::string& ignore = "") const {
    RunnerPlan out;
    out.jails.push_back({"a", std::chrono::seconds(600), ignore, std::move(actions)});
    return out;
  }

  static Fd sealed(const std::string& bytes) {
    auto fd = plan::unsealed("plan");
    EXPECT_TRUE(fd && plan::write_all(fd->get(), bytes) && plan::seal(fd->get()));
    return fd ? std::move(*fd) : Fd();
  }

  std::string folder_;
  std::optional<process::Channel> guard_;
  std::optional<process::Channel> warden_;
  std::thread thread_;
  std::uint64_t order_{0};
  std::string said_;
};

const Tags somebody = {{"ip", "192.0.2.7"}};

TEST_F(Runners, CarryOutAJailsOrdersOneAfterAnother) {
  run(plan_of({action("one",
                      {{"actionban", "echo <ip> >> " + path("log")},
                       {"actionunban", "echo un <ip> >> " + path("log")}})}));
  for (int i = 1; i <= 20; ++i) {
    send(Verb::ban, "a", "one", {{"ip", "192.0.2." + std::to_string(i)}});
  }
  send(Verb::unban, "a", "one", {{"ip", "192.0.2.1"}});
  std::string expected;
  for (std::uint64_t i = 1; i <= 21; ++i) {
    const auto reply = next();
    EXPECT_EQ(reply.order, i);
    EXPECT_EQ(reply.outcome, Outcome::done);
    EXPECT_EQ(reply.started, (Started{{"inet4", 3}}));
    expected += i <= 20 ? "192.0.2." + std::to_string(i) + "\n" : "un 192.0.2.1\n";
  }
  EXPECT_EQ(file("log"), expected);
  EXPECT_EQ(said_, "");
}

TEST_F(Runners, DelayNobodyElseByASlowAction) {
  ASSERT_EQ(::mkfifo(path("gate").c_str(), 0600), 0);
  auto plan = plan_of({action("slow", {{"actionban", "read x < " + path("gate")}})}, "exit 0");
  plan.jails.push_back(
      {"b", std::chrono::seconds(600), "", {action("fast", {{"actionban", "true"}})}});
  run(std::move(plan));
  const auto slow = send(Verb::ban, "a", "slow", somebody);
  const auto fast = send(Verb::ban, "b", "fast", somebody);
  EXPECT_EQ(next().order, fast);
  const auto ignore = send(Verb::ignore, "a", "", somebody);
  const auto answered = next();
  EXPECT_EQ(answered.order, ignore);
  EXPECT_EQ(answered.outcome, Outcome::ignored);
  std::ofstream(path("gate")) << "go\n";
  EXPECT_EQ(next().order, slow);
}

TEST_F(Runners, HaveNoRulesForActionsThatAreNoneOfTheFirewalls) {
  JailPlan plan = plan_of({action("one", {{"actionban", "true"}})}).jails.front();
  add_firewall_rules(plan, guard::actions::service_ports(""));
  EXPECT_EQ(plan.actions.size(), 1U);
}

TEST(JailActions, AreStartedByOrdersAlone) {
  std::string said;
  const Log log = [&said](const LogLine& line) { said += line.text + "|"; };
  const std::atomic<bool> verbose{false};
  const Common common{true, [](bool) { return std::string(); }, [] { return 0.0; }, &verbose};
  JailPlan plan;
  plan.name = "a";
  plan.actions = {action("old", {{"actionstart", "true"}})};
  JailActions actions(plan, common, log, 1);
  Request start;
  start.verb = Verb::start;
  start.action = "old";
  EXPECT_EQ(actions.carry_out(start).outcome, Outcome::done);
  plan.actions.push_back(action("comes", {{"actionstart", "echo comes; false"}}));
  actions.replace(plan);
  EXPECT_EQ(said.find("echo comes"), std::string::npos);
  start.action = "comes";
  EXPECT_EQ(actions.carry_out(start).outcome, Outcome::failed);
  EXPECT_NE(said.find("echo comes"), std::string::npos);
}

TEST_F(Runners, RefuseWhatThePlanDoesNotHave) {
  run(plan_of({action("one", {{"actionban", "true"}})}));
  send(Verb::ban, "b", "one", somebody);
  EXPECT_EQ(next().why, "there is no jail b");
  send(Verb::ban, "a", "two\x1b", somebody);
  EXPECT_EQ(next().why, "the jail a has no action two\\x1B");
  send(Verb::ban, "a", "one", {{"ip", "-F"}});
  EXPECT_EQ(next().why, "<ip> cannot be '-F'");
  EXPECT_TRUE(guard_->send("nonsense"));
  EXPECT_EQ(next().outcome, Outcome::refused);
  send(Verb::ban, "a", "one", somebody);
  EXPECT_EQ(next().outcome, Outcome::done);
}

TEST_F(Runners, AnswerIgnorecommand) {
  run(plan_of({}, "test <ip> = 192.0.2.7 || test <ip> != 192.0.2.9 || exit 7"));
  send(Verb::ignore, "a", "", somebody);
  EXPECT_EQ(next().outcome, Outcome::ignored);
  send(Verb::ignore, "a", "", {{"ip", "192.0.2.9"}});
  const auto failed = next();
  EXPECT_EQ(failed.outcome, Outcome::failed);
  EXPECT_EQ(failed.exit_code, 7);
}

TEST_F(Runners, GoOverToAnotherPlan) {
  const auto note = [&](const std::string& what) { return "echo " + what + " >> " + path("log"); };
  const auto options = [&](const std::string& name) {
    return std::vector<std::pair<std::string, std::string>>{
        {"actionstart", note("start-" + name)},
        {"actionstop", note("stop-" + name)},
        {"actionreload", note("reload-" + name)},
        {"actionflush", note("flush-" + name)},
        {"actionban", note("ban-" + name)}};
  };
  run(plan_of({action("gone", options("gone")), action("kept", options("kept"))}));
  for (const auto* name : {"gone", "kept"}) {
    send(Verb::start, "a", name);
    send(Verb::ban, "a", name, somebody);
  }
  for (int i = 0; i < 4; ++i) {
    next();
  }
  Request request;
  request.verb = Verb::plan;
  std::vector<Fd> fds;
  fds.push_back(
      sealed(pack(plan_of({action("kept", options("changed")), action("new", options("new"))}))));
  send(std::move(request), std::move(fds));
  EXPECT_EQ(next().outcome, Outcome::done);
  send(Verb::ban, "a", "kept", somebody);
  EXPECT_EQ(next().outcome, Outcome::done);
  EXPECT_EQ(file("log"),
            "start-gone\nban-gone\nstart-kept\nban-kept\n"
            "reload-changed\nflush-gone\nstop-gone\nban-changed\n");
  send(Verb::ban, "a", "gone", somebody);
  EXPECT_EQ(next().outcome, Outcome::refused);
}

TEST_F(Runners, TakeNoPlanThatSomebodyCouldChange) {
  run(plan_of({action("one", {{"actionban", "true"}})}));
  const auto bytes = pack(plan_of({action("evil", {{"actionban", "true"}})}));
  Fd open(::memfd_create("plan", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(::write(open.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  const auto outcome_with = [this](std::vector<Fd> fds) {
    Request request;
    request.verb = Verb::plan;
    send(std::move(request), std::move(fds));
    return next().outcome;
  };
  std::vector<Fd> unsealed;
  unsealed.push_back(std::move(open));
  EXPECT_EQ(outcome_with(std::move(unsealed)), Outcome::refused);
  EXPECT_EQ(outcome_with({}), Outcome::refused);
  Request request;
  request.verb = Verb::plan;
  std::vector<Fd> fds;
  fds.push_back(sealed(pack(plan::GuardPlan())));
  send(std::move(request), std::move(fds));
  EXPECT_EQ(next().outcome, Outcome::refused);
  send(Verb::ban, "a", "one", somebody);
  EXPECT_EQ(next().outcome, Outcome::done);
}

TEST_F(Runners, OutliveTheGuardAndKeepWhatIsStarted) {
  run(plan_of(
      {action("one", {{"actionban", "true"}, {"actionunban", "echo <ip> >> " + path("log")}})}));
  send(Verb::ban, "a", "one", somebody);
  next();
  guard_.reset();
  auto again = process::Channel::pair();
  ASSERT_TRUE(again);
  std::vector<Fd> fds;
  fds.push_back(std::move(again->second));
  ASSERT_TRUE(warden_->send(pack(WardenWord::guard), std::move(fds)));
  guard_.emplace(std::move(again->first));
  send(Verb::unban, "a", "one", somebody);
  EXPECT_EQ(next().outcome, Outcome::done);
  EXPECT_EQ(file("log"), "192.0.2.7\n");
}

TEST_F(Runners, FinishWhatWaitsBeforeTheyEnd) {
  run(plan_of({action("one", {{"actionban", "echo <ip> >> " + path("log")}})}));
  for (int i = 1; i <= 5; ++i) {
    send(Verb::ban, "a", "one", {{"ip", "192.0.2." + std::to_string(i)}});
  }
  next();  // it has read some by now; the rest waits in the channel or in the queue
  ASSERT_TRUE(warden_->send(pack(WardenWord::quit)));
  thread_.join();
  const auto log = file("log");
  EXPECT_EQ(log.substr(0, 10), "192.0.2.1\n");
}

TEST_F(Runners, EndWithTheGuardWhereThereIsNoWarden) {
  run(plan_of({action("one", {{"actionban", "echo <ip> >> " + path("log")}})}), false);
  send(Verb::ban, "a", "one", somebody);
  guard_.reset();
  thread_.join();
  EXPECT_EQ(file("log"), "192.0.2.7\n");
}

TEST_F(Runners, SayMoreWhenAsked) {
  run(plan_of({action("one", {{"actionban", "echo yes"}})}));
  send(Verb::verbose, "", "", {{"on", "1"}});
  next();
  send(Verb::ban, "a", "one", somebody);
  next();
  EXPECT_NE(said_.find(" -- stdout: 'yes'|"), std::string::npos) << said_;
}

TEST_F(Runners, ResumeWhatWasStartedBeforeThem) {
  run(plan_of({action("one", {{"actionunban", "echo <ip> >> " + path("log")}})}));
  Request request;
  request.verb = Verb::resume;
  request.jail = "a";
  request.action = "one";
  request.families = {{"inet4", 3}};
  send(request);
  EXPECT_EQ(next().started, (Started{{"inet4", 3}}));
  send(Verb::unban, "a", "one", somebody);
  EXPECT_EQ(next().outcome, Outcome::done);
  request.families = {{"inet4; rm", 3}};
  send(request);
  EXPECT_EQ(next().why, "a family that is none");
}

}  // namespace
}  // namespace spranga::action_runner
