#include "firewall/doorkeeper.h"

#include <gtest/gtest.h>

#include "tests/firewall/samples.h"

namespace spranga::firewall {

namespace {

using test::address;
using test::entry;
using test::mail_door;
using test::one;

/// Notes what it is told.
class NotedBackend : public KernelBackend {
public:
  explicit NotedBackend(std::vector<std::string>& notes) : notes_(notes) {}

  Result<void> begin(const std::vector<Door>& doors, std::span<const Network> never) override {
    return note("begin " + std::to_string(doors.size()) + " " + std::to_string(never.size()));
  }

  Result<void> never_ban(std::span<const Network> never) override {
    return note("never " + std::to_string(never.size()));
  }

  Result<void> open(const Door& door) override { return note("open " + std::to_string(door.id)); }

  Result<void> close(DoorId door) override { return note("close " + std::to_string(door)); }

  Result<void> ban(std::span<const Entry> entries) override {
    for (const auto& each : entries) {
      notes_.push_back("ban " + to_string({each.base, each.prefix}));
    }
    return {};
  }

  Result<void> unban(std::span<const Entry> entries) override {
    return note("unban " + std::to_string(entries.size()));
  }

  Result<void> flush(DoorId door) override { return note("flush " + std::to_string(door)); }

  Result<Holding> list(DoorId door) override {
    return Holding{std::vector(2 * most_entries + 1, one(door, "203.0.113.5")), true};
  }

private:
  Result<void> note(std::string what) {
    notes_.push_back(std::move(what));
    return {};
  }

  std::vector<std::string>& notes_;
};

class Doors : public ::testing::Test {
protected:
  Outcome order(Order what) {
    answers_.clear();
    keeper_.carry_out({++number_, std::move(what)});
    const auto* outcome = std::get_if<Outcome>(&answers_.back());
    EXPECT_NE(outcome, nullptr);
    EXPECT_EQ(outcome->order, number_);
    return *outcome;
  }

  void begin() {
    Start setup;
    setup.never = {{address("192.0.2.1"), 32}};
    setup.doors = {mail_door(1)};
    EXPECT_EQ(order(setup).error, "");
    notes_.clear();
  }

  std::vector<std::string> notes_;
  std::vector<std::string> banned_;
  std::vector<Answer> answers_;
  std::uint64_t number_{0};
  Doorkeeper keeper_{
      [this](Backend /*which*/, const Start& /*setup*/) -> Result<std::unique_ptr<KernelBackend>> {
        return std::make_unique<NotedBackend>(notes_);
      },
      [this](Answer answer) { answers_.push_back(std::move(answer)); },
      [this](const Door& /*door*/, const Entry& each) {
        banned_.push_back(each.base.to_string());
      }};
};

TEST_F(Doors, TakeNoOrderBeforeTheSetupAndNoSecondOne) {
  EXPECT_EQ(order(FlushDoor{1}).code, Errc::malformed);
  begin();
  EXPECT_EQ(order(Start{}).code, Errc::malformed);
  EXPECT_TRUE(notes_.empty());
}

TEST_F(Doors, RefuseWhomNobodyMayBanAndBanTheOthers) {
  begin();
  const auto outcome =
      order(BanEntries{{one(1, "192.0.2.1"), one(1, "203.0.113.5"), one(1, "127.0.0.1")}});
  EXPECT_EQ(outcome.code, Errc::denied);
  EXPECT_EQ(outcome.error, "192.0.2.1 is never banned: 192.0.2.1 is on the list");
  EXPECT_EQ(notes_, (std::vector<std::string>{"ban 203.0.113.5"}));
  EXPECT_EQ(banned_, (std::vector<std::string>{"203.0.113.5"}));
}

TEST_F(Doors, FollowANewNeverList) {
  begin();
  EXPECT_EQ(order(NeverBan{{{address("203.0.113.5"), 32}}}).error, "");
  EXPECT_NE(order(BanEntries{{one(1, "203.0.113.5")}}).error, "");
  EXPECT_EQ(order(BanEntries{{one(1, "192.0.2.1")}}).error, "");
}

TEST_F(Doors, KnowOnlyWhatIsOpen) {
  begin();
  EXPECT_EQ(order(BanEntries{{one(2, "203.0.113.5")}}).code, Errc::not_found);
  EXPECT_EQ(order(UnbanEntries{{one(2, "203.0.113.5")}}).code, Errc::not_found);
  EXPECT_EQ(order(FlushDoor{2}).code, Errc::not_found);
  EXPECT_EQ(order(ListDoor{2}).code, Errc::not_found);
  EXPECT_EQ(order(CloseDoor{2}).code, Errc::not_found);
  EXPECT_TRUE(notes_.empty());
}

TEST_F(Doors, BeginABackendWithItsFirstDoor) {
  begin();
  auto door = mail_door(2);
  door.backend = Backend::ipset;
  door.name = "sshd";
  EXPECT_EQ(order(OpenDoor{door}).error, "");
  EXPECT_EQ(order(OpenDoor{mail_door(3)}).error, "");
  EXPECT_EQ(notes_, (std::vector<std::string>{"begin 1 1", "open 3"}));
}

TEST_F(Doors, CloseADoorThatMovesToAnotherBackend) {
  begin();
  auto door = mail_door(1);
  door.backend = Backend::ipset;
  door.name = "sshd";
  EXPECT_EQ(order(OpenDoor{door}).error, "");
  EXPECT_EQ(notes_, (std::vector<std::string>{"close 1", "begin 1 1"}));
}

TEST_F(Doors, TellALongHoldingInPieces) {
  begin();
  EXPECT_EQ(order(ListDoor{1}).error, "");
  ASSERT_EQ(answers_.size(), 4U);
  std::size_t entries = 0;
  for (const auto& answer : answers_) {
    if (const auto* part = std::get_if<HoldingPart>(&answer)) {
      EXPECT_LE(part->holding.entries.size(), most_entries);
      entries += part->holding.entries.size();
    }
  }
  EXPECT_EQ(entries, 2 * most_entries + 1);
}

}  // namespace

}  // namespace spranga::firewall
