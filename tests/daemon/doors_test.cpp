#include "daemon/doors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class RecordingFirewall : public firewall::Firewall {
public:
  std::uint64_t open(const firewall::Door& door) override {
    return note("open " + std::to_string(door.id));
  }

  std::uint64_t close(firewall::DoorId door) override {
    return note("close " + std::to_string(door));
  }

  std::uint64_t ban(std::span<const firewall::Entry> entries) override {
    return each("ban", entries);
  }

  std::uint64_t unban(std::span<const firewall::Entry> entries) override {
    return each("unban", entries);
  }

  std::uint64_t flush(firewall::DoorId door) override {
    return note("flush " + std::to_string(door));
  }

  std::uint64_t list(firewall::DoorId door) override {
    return note("list " + std::to_string(door));
  }

  std::vector<std::string> done;

private:
  std::uint64_t note(std::string what) {
    done.push_back(std::move(what));
    return done.size();
  }

  std::uint64_t each(const std::string& verb, std::span<const firewall::Entry> entries) {
    for (const auto& entry : entries) {
      note(verb + " " + std::to_string(entry.door) + " " + entry.base.to_string() + "/" +
           std::to_string(entry.prefix) +
           (verb == "unban" ? ""
            : entry.lasts   ? " " + std::to_string(entry.lasts->count()) + " ms"
                            : " for good"));
    }
    return done.size();
  }
};

constexpr ban::Instant now{seconds(1'700'000'000)};
const std::string attacker = "198.51.100.7";

firewall::Door mail_ports() {
  firewall::Door door;
  door.ports = {{25, 25}, {465, 465}, {587, 587}};
  return door;
}

class DoorsTest : public testing::Test {
protected:
  void forget() { kernel.done.clear(); }

  RecordingFirewall kernel;
  Doors doors{kernel};
};

TEST_F(DoorsTest, SharesADoorAmongJailsOfTheSamePorts) {
  const auto one = doors.open(mail_ports());
  const auto two = doors.open(mail_ports());
  const auto all = doors.open(firewall::Door{});
  EXPECT_EQ(*one, *two);
  EXPECT_NE(*one, *all);
  EXPECT_EQ(kernel.done.size(), 2U);
}

TEST_F(DoorsTest, KeepsAnElementUntilTheLastOfItsJailsLetsGo) {
  const auto door = *doors.open(mail_ports());
  forget();
  doors.ban(door, "postfix", attacker, now + seconds(10), now);
  doors.ban(door, "dovecot", attacker, now + seconds(60), now);
  doors.unban(door, "dovecot", attacker, now + seconds(1));
  doors.unban(door, "postfix", attacker, now + seconds(2));
  EXPECT_THAT(kernel.done,
              ElementsAre("ban 1 198.51.100.7/32 10000 ms",
                          "ban 1 198.51.100.7/32 60000 ms",
                          "ban 1 198.51.100.7/32 9000 ms",
                          "unban 1 198.51.100.7/32"));
}

TEST_F(DoorsTest, NeverShortensWhatAnotherJailHolds) {
  const auto door = *doors.open(mail_ports());
  forget();
  doors.ban(door, "recidive", attacker, std::nullopt, now);
  doors.ban(door, "postfix", attacker, now + seconds(10), now);
  EXPECT_THAT(kernel.done,
              ElementsAre("ban 1 198.51.100.7/32 for good", "ban 1 198.51.100.7/32 for good"));
}

TEST_F(DoorsTest, LeavesToTheKernelWhatEndsByItself) {
  const auto door = *doors.open(mail_ports());
  doors.ban(door, "postfix", attacker, now + seconds(10), now);
  forget();
  doors.unban(door, "postfix", attacker, now + seconds(10) + milliseconds(1));
  EXPECT_THAT(kernel.done, IsEmpty());
  EXPECT_EQ(doors.size(door), 0U);
}

TEST_F(DoorsTest, MakesEverythingAgain) {
  const auto door = *doors.open(mail_ports());
  doors.ban(door, "postfix", attacker, now + seconds(100), now);
  doors.ban(door, "postfix", "2001:db8:0:7::/64", std::nullopt, now);
  doors.ban(door, "postfix", "198.51.100.8", now + seconds(1), now);
  forget();
  doors.refill(now + seconds(50));
  EXPECT_THAT(kernel.done,
              UnorderedElementsAre(
                  "open 1", "ban 1 198.51.100.7/32 50000 ms", "ban 1 2001:db8:0:7::/64 for good"));
}

TEST_F(DoorsTest, LetsTheBansOfOneJailGoAndNoOthers) {
  const auto door = *doors.open(mail_ports());
  doors.ban(door, "postfix", attacker, now + seconds(100), now);
  doors.ban(door, "dovecot", "198.51.100.8", now + seconds(100), now);
  forget();
  doors.clear(door, "postfix", now);
  EXPECT_THAT(kernel.done, ElementsAre("unban 1 198.51.100.7/32"));
  doors.leave(door, "postfix", now);
  doors.leave(door, "dovecot", now);
  EXPECT_THAT(kernel.done, ElementsAre("unban 1 198.51.100.7/32", "flush 1", "close 1"));
}

TEST_F(DoorsTest, RefusesWhatIsNoAddress) {
  const auto door = *doors.open(mail_ports());
  EXPECT_FALSE(doors.ban(door, "postfix", "alice", now + seconds(1), now));
}

}  // namespace
}  // namespace spranga::daemon
