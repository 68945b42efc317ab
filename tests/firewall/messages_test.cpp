#include "firewall/messages.h"

#include <gtest/gtest.h>

#include <functional>

#include "process/channel.h"
#include "tests/firewall/samples.h"

namespace spranga::firewall {

namespace {

using test::address;
using test::entry;
using test::mail_door;
using test::one;

Start good_start() {
  Start out;
  out.never = {{address("192.0.2.1"), 32}, {address("2001:db8::"), 32}};
  out.doors = {mail_door(1), mail_door(2)};
  out.doors[1].backend = Backend::ipset;
  out.doors[1].name = "postfix-sasl";
  return out;
}

bool is_read(const Order& order) {
  return read_request(pack(Request{7, order})).has_value();
}

TEST(FirewallMessages, GiveBackEveryOrderAsItWasPacked) {
  const std::vector<Order> orders = {
      good_start(),
      NeverBan{{{address("198.51.100.0"), 24}}},
      OpenDoor{mail_door()},
      CloseDoor{3},
      BanEntries{{one(1, "203.0.113.5"), entry(2, "2001:db8:1::", 64)}},
      UnbanEntries{{Entry{1, address("203.0.113.0"), 24, std::nullopt}}},
      FlushDoor{999},
      ListDoor{0},
  };
  for (const auto& order : orders) {
    const Request request{123, order};
    const auto read = read_request(pack(request));
    ASSERT_TRUE(read) << order.index();
    EXPECT_EQ(*read, request) << order.index();
  }
}

TEST(FirewallMessages, AreRefusedWhereverTheyAreCut) {
  const auto bytes = pack(Request{1, good_start()});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(read_request(std::string_view(bytes).substr(0, size))) << size;
  }
  EXPECT_FALSE(read_request(bytes + "x"));
}

TEST(FirewallMessages, RefuseABanThatIsTooWide) {
  EXPECT_TRUE(is_read(BanEntries{{entry(1, "203.0.0.0", 16)}}));
  EXPECT_FALSE(is_read(BanEntries{{entry(1, "203.0.0.0", 15)}}));
  EXPECT_FALSE(is_read(BanEntries{{entry(1, "0.0.0.0", 0)}}));
  EXPECT_TRUE(is_read(BanEntries{{entry(1, "2001:db8:1::", 48)}}));
  EXPECT_FALSE(is_read(BanEntries{{entry(1, "2001:db8::", 47)}}));
  EXPECT_FALSE(is_read(UnbanEntries{{entry(1, "203.0.0.0", 8)}}));
}

TEST(FirewallMessages, RefuseEntriesThatCannotBe) {
  EXPECT_FALSE(is_read(BanEntries{{entry(1, "203.0.113.5", 24)}})) << "bits behind the prefix";
  EXPECT_FALSE(is_read(BanEntries{{entry(1, "203.0.113.5", 33)}}));
  EXPECT_FALSE(is_read(BanEntries{{entry(most_doors, "203.0.113.5", 32)}}));
  auto past = one(1, "203.0.113.5");
  past.lasts = std::chrono::milliseconds(0);
  EXPECT_FALSE(is_read(BanEntries{{past}}));
  past.lasts = std::chrono::hours(24 * 365 * 101);
  EXPECT_FALSE(is_read(BanEntries{{past}}));
  EXPECT_FALSE(is_read(BanEntries{std::vector(most_entries + 1, one(1, "203.0.113.5"))}));
}

TEST(FirewallMessages, RefuseDoorsThatCannotBe) {
  const auto refused = [](const std::function<void(Door&)>& change) {
    auto door = mail_door();
    change(door);
    return !is_read(OpenDoor{door});
  };
  EXPECT_FALSE(refused([](Door&) {}));
  EXPECT_TRUE(refused([](Door& door) { door.id = most_doors; }));
  EXPECT_TRUE(refused([](Door& door) { door.ports = {{25, 24}}; }));
  EXPECT_TRUE(refused([](Door& door) { door.ports = {{465, 465}, {25, 25}}; }));
  EXPECT_TRUE(refused([](Door& door) { door.ports = {{25, 30}, {30, 40}}; }));
  EXPECT_TRUE(refused([](Door& door) { door.protocols = Protocols::all; }));
  EXPECT_TRUE(refused([](Door& door) { door.name = "a b"; }));
  EXPECT_TRUE(refused([](Door& door) { door.name = "$(reboot)"; }));
  EXPECT_TRUE(refused([](Door& door) { door.name = std::string(27, 'x'); }));
  EXPECT_TRUE(refused([](Door& door) { door.backend = Backend::ipset; })) << "without a name";
  EXPECT_TRUE(refused([](Door& door) { door.verdict = static_cast<Verdict>(4); }));
  EXPECT_TRUE(refused([](Door& door) {
    door.ports.clear();
    for (std::uint16_t i = 0; i <= Door::most_ports; ++i) {
      door.ports.push_back({static_cast<std::uint16_t>(2 * i), static_cast<std::uint16_t>(2 * i)});
    }
  }));
}

TEST(FirewallMessages, RefuseASetupThatCannotBe) {
  const auto refused = [](const std::function<void(Start&)>& change) {
    auto setup = good_start();
    change(setup);
    return !is_read(setup);
  };
  EXPECT_FALSE(refused([](Start&) {}));
  EXPECT_TRUE(refused([](Start& setup) { setup.table.clear(); }));
  EXPECT_TRUE(refused([](Start& setup) { setup.table = "a;b"; }));
  EXPECT_TRUE(refused([](Start& setup) { setup.table = "7up"; }));
  EXPECT_TRUE(refused([](Start& setup) { setup.table = std::string(33, 't'); }));
  EXPECT_TRUE(refused([](Start& setup) { setup.doors[1].id = 1; })) << "one door twice";
  EXPECT_TRUE(refused([](Start& setup) { setup.never.assign(1001, setup.never[0]); }));
}

TEST(FirewallMessages, OfTheLargestSizeFitIntoTheChannel) {
  const BanEntries most{std::vector(most_entries, entry(999, "2001:db8:1::", 128))};
  EXPECT_LE(pack(Request{1, most}).size(), process::Channel::largest_message);
  HoldingPart part;
  part.holding.entries = most.entries;
  EXPECT_LE(pack(Answer(part)).size(), process::Channel::largest_message);
}

TEST(FirewallMessages, GiveBackEveryAnswerAsItWasPacked) {
  const auto outcome =
      std::get<Outcome>(*read_answer(pack(Answer(Outcome{9, Errc::too_large, "full"}))));
  EXPECT_EQ(outcome.order, 9U);
  EXPECT_EQ(outcome.code, Errc::too_large);
  EXPECT_EQ(outcome.error, "full");
  const HoldingPart part{8, {{one(1, "203.0.113.5")}, false}};
  const auto holding = std::get<HoldingPart>(*read_answer(pack(Answer(part))));
  EXPECT_EQ(holding.order, 8U);
  EXPECT_EQ(holding.holding.entries, part.holding.entries);
  EXPECT_FALSE(holding.holding.complete);
  EXPECT_EQ(std::get<Lost>(*read_answer(pack(Answer(Lost{"gone"})))).why, "gone");
  EXPECT_EQ(std::get<Lost>(*read_answer(pack(Answer(Lost{std::string(5000, 'x')})))).why.size(),
            longest_reason);
  EXPECT_TRUE(std::holds_alternative<RulesTouched>(*read_answer(pack(Answer(RulesTouched{})))));
  EXPECT_EQ(std::get<Lacking>(*read_answer(pack(Answer(Lacking{"sock_diag"})))).what, "sock_diag");
}

}  // namespace

}  // namespace spranga::firewall
