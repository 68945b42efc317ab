#include "firewall/remote_firewall.h"

#include <gtest/gtest.h>

#include "tests/firewall/samples.h"

namespace spranga::firewall {

namespace {

using test::mail_door;
using test::one;

class Notes : public FirewallEvents {
public:
  void done(const Outcome& outcome) override {
    said.push_back("done " + std::to_string(outcome.order) + " " + outcome.error);
  }

  void holds(std::uint64_t order, Holding holding) override {
    said.push_back("holds " + std::to_string(order) + " " + std::to_string(holding.entries.size()) +
                   (holding.complete ? " all" : " some"));
  }

  void lost(const std::string& why) override { said.push_back("lost " + why); }

  void rules_touched() override { said.emplace_back("rules touched"); }

  void lacks(const std::string& what) override { said.push_back("lacks " + what); }

  std::vector<std::string> said;
};

class Remote : public ::testing::Test {
protected:
  /// A new firewall process: the test itself.
  std::uint64_t attach(Start setup = {}) {
    auto pair = process::Channel::pair();
    EXPECT_TRUE(pair);
    other_ = std::make_unique<process::Channel>(std::move(pair->second));
    return firewall_.attach(std::move(pair->first), std::move(setup));
  }

  Request next_request() {
    auto message = other_->wait(5000);
    EXPECT_TRUE(message);
    auto request = read_request(message->bytes);
    EXPECT_TRUE(request);
    return *std::move(request);
  }

  void answer(const Answer& what) { EXPECT_TRUE(other_->send(pack(what))); }

  /// Carries out what is asked next.
  void obey() { answer(Outcome{next_request().number, Errc{}, ""}); }

  std::vector<std::string> news() {
    static_cast<void>(firewall_.on_readable());
    return std::exchange(notes_.said, {});
  }

  using Said = std::vector<std::string>;

  Notes notes_;
  RemoteFirewall firewall_{notes_};
  std::unique_ptr<process::Channel> other_;
};

TEST_F(Remote, TellsEachOrderByTheNumberThatItGave) {
  Start setup;
  setup.doors = {mail_door()};
  EXPECT_EQ(attach(setup), 1U);
  EXPECT_EQ(std::get<Start>(next_request().order).doors, setup.doors);
  const auto banned = firewall_.ban(std::vector{one(1, "203.0.113.5")});
  const auto request = next_request();
  EXPECT_EQ(std::get<BanEntries>(request.order).entries.size(), 1U);
  answer(Outcome{request.number, Errc::too_large, "full"});
  EXPECT_EQ(news(), (Said{"done " + std::to_string(banned) + " full"}));
}

TEST_F(Remote, TellsManyEntriesAsOneOrderOnce) {
  attach();
  obey();
  news();
  const auto order = firewall_.ban(std::vector(2 * most_entries + 1, one(1, "203.0.113.5")));
  for (int i = 0; i < 2; ++i) {
    obey();
  }
  EXPECT_EQ(news(), Said{});
  obey();
  EXPECT_EQ(news(), (Said{"done " + std::to_string(order) + " "}));
}

TEST_F(Remote, PutsAHoldingTogether) {
  attach();
  obey();
  news();
  const auto order = firewall_.list(1);
  const auto number = next_request().number;
  answer(HoldingPart{number, {{one(1, "203.0.113.5")}, false}});
  answer(HoldingPart{number, {{one(1, "203.0.113.6")}, true}});
  answer(Outcome{number, Errc{}, ""});
  const auto text = std::to_string(order);
  EXPECT_EQ(news(), (Said{"holds " + text + " 2 some", "done " + text + " "}));
}

TEST_F(Remote, FailsWhatWasOpenWhenTheProcessEnds) {
  attach();
  firewall_.flush(1);
  other_.reset();
  EXPECT_FALSE(firewall_.on_readable());
  EXPECT_EQ(notes_.said,
            (Said{"done 1 the firewall process ended", "done 2 the firewall process ended"}));
  EXPECT_EQ(firewall_.fd(), -1);
}

TEST_F(Remote, FailsOrdersWhileThereIsNoProcessButNotAtOnce) {
  const auto order = firewall_.flush(1);
  EXPECT_EQ(notes_.said, Said{});
  EXPECT_TRUE(firewall_.has_news());
  EXPECT_EQ(news(), (Said{"done " + std::to_string(order) + " the firewall process does not run"}));
  EXPECT_FALSE(firewall_.has_news());
}

TEST_F(Remote, SaysThatAllIsLostWhenAnotherProcessTakesOver) {
  attach();
  obey();
  news();
  firewall_.detach();
  attach();
  EXPECT_EQ(notes_.said, (Said{"lost the firewall process was started anew"}));
  obey();
  EXPECT_EQ(news(), (Said{"lost the firewall process was started anew", "done 2 "}));
}

TEST_F(Remote, HandsOnWhatTheProcessLost) {
  attach();
  answer(Lost{"table spranga was deleted by another program"});
  EXPECT_EQ(news(), (Said{"lost table spranga was deleted by another program"}));
  answer(RulesTouched{});
  EXPECT_EQ(news(), (Said{"rules touched"}));
}

TEST_F(Remote, HandsOnWhatTheKernelLacks) {
  attach();
  answer(Lacking{"this kernel does not end open sessions"});
  EXPECT_EQ(news(), (Said{"lacks this kernel does not end open sessions"}));
}

TEST_F(Remote, TrustsNoProcessThatTalksNonsense) {
  attach();
  EXPECT_TRUE(other_->send("\x07nonsense"));
  EXPECT_FALSE(firewall_.on_readable());
  EXPECT_EQ(firewall_.fd(), -1);
}

TEST_F(Remote, IgnoresAnAnswerThatNobodyWaitsFor) {
  attach();
  answer(Outcome{77, Errc{}, ""});
  answer(HoldingPart{78, {}});
  EXPECT_EQ(news(), Said{});
}

TEST_F(Remote, SendsDoorsThatDoNotFitIntoTheFirstMessageBehindIt) {
  Start setup;
  for (DoorId id = 0; id < most_doors; ++id) {
    auto door = mail_door(id);
    door.ports.clear();
    for (std::uint16_t i = 0; i < Door::most_ports; ++i) {
      door.ports.push_back({static_cast<std::uint16_t>(2 * i), static_cast<std::uint16_t>(2 * i)});
    }
    setup.doors.push_back(door);
  }
  const auto order = attach(setup);
  std::size_t doors = 0;
  while (doors < most_doors) {
    static_cast<void>(firewall_.on_writable());
    const auto request = next_request();
    const auto* first = std::get_if<Start>(&request.order);
    doors += first != nullptr ? first->doors.size() : 1;
    EXPECT_EQ(notes_.said, Said{});
    answer(Outcome{request.number, Errc{}, ""});
    static_cast<void>(firewall_.on_readable());
  }
  EXPECT_EQ(news(), (Said{"done " + std::to_string(order) + " "}));
}

}  // namespace

}  // namespace spranga::firewall
