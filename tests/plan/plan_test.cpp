#include "plan/plan.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/fd.h"
#include "guard/config/configuration.h"
#include "plan/archive.h"
#include "plan/jail_fields.h"
#include "plan/orders.h"

namespace spranga::plan {

namespace {

/// Our own jails, as an installation has them.
std::vector<ban::JailSpec> real_jails() {
  auto loaded = guard::config::load(SPRANGA_SOURCE_DIR "/etc");
  EXPECT_TRUE(loaded);
  return loaded ? loaded->jails : std::vector<ban::JailSpec>();
}

TEST(Plan, CarriesRealJailsToTheLastField) {
  const auto jails = real_jails();
  ASSERT_GT(jails.size(), 5U);
  GuardPlan plan;
  plan.folder = "/etc/spranga";
  plan.compat = ban::Compat::v1_1;
  plan.server = {{"loglevel", "INFO"}};
  plan.own = {{"on_stop", "keep"}};
  plan.jails = jails;
  plan.errors = {"jail.conf:3: wrong"};
  const auto bytes = pack(plan);
  const auto back = read_guard_plan(bytes);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(pack(*back), bytes);
  ASSERT_EQ(back->jails.size(), jails.size());
  for (std::size_t i = 0; i < jails.size(); ++i) {
    EXPECT_EQ(back->jails[i].name, jails[i].name);
    EXPECT_EQ(back->jails[i].filter.failregex.size(), jails[i].filter.failregex.size());
    EXPECT_EQ(back->jails[i].findtime, jails[i].findtime);
    EXPECT_EQ(back->jails[i].ipv6_prefix, 64);
    EXPECT_EQ(back->jails[i].increment.maxtime, jails[i].increment.maxtime);
  }
}

TEST(Plan, RefusesWhatIsCutOffAtAnyPlace) {
  GuardPlan plan;
  plan.jails = {real_jails().front()};
  const auto bytes = pack(plan);
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_FALSE(read_guard_plan(std::string_view(bytes).substr(0, size))) << size;
  }
  EXPECT_FALSE(read_guard_plan(bytes + "x"));
}

/// Sizes of the structs at the time when their fields were named in jail_fields.h.
TEST(Plan, KnowsEveryFieldOfAJail) {
  ban::JailSpec spec;
  auto& [name,
         enabled,
         origin,
         origins,
         filter,
         backend,
         logpath,
         skip,
         systemd,
         encoding,
         zone,
         maxretry,
         maxmatches,
         findtime,
         bantime,
         increment,
         ignoreself,
         ignoreip,
         command,
         cache,
         usedns,
         actions,
         counting,
         ipv4,
         ipv6] = spec;
  ipv6 = 48;
  command = "/bin/true";
  actions.resize(1);
  actions.front().timeout = std::chrono::milliseconds(1500);
  const auto back = from_bytes<ban::JailSpec>(to_bytes(spec), "a jail");
  ASSERT_TRUE(back);
  EXPECT_EQ(back->ipv6_prefix, 48);
  EXPECT_EQ(back->ignorecommand, "/bin/true");
  ASSERT_EQ(back->actions.size(), 1U);
  EXPECT_EQ(back->actions.front().timeout, std::chrono::milliseconds(1500));
}

TEST(Plan, TravelsInSealedMemory) {
  const auto memory = unsealed("plan");
  ASSERT_TRUE(memory);
  const int fd = memory->get();
  ASSERT_TRUE(write_all(fd, "these bytes"));
  EXPECT_FALSE(bytes_of_sealed(fd));
  ASSERT_TRUE(seal(fd));
  EXPECT_EQ(*bytes_of_sealed(fd), "these bytes");
  EXPECT_EQ(*bytes_of_sealed(fd), "these bytes");
  EXPECT_LT(::pwrite(fd, "X", 1, 0), 0);
}

TEST(Orders, ComeBackAsTheyWereGiven) {
  const auto ask = read_ask(pack(Ask{Ask::What::open_log, "/var/log/mail.log", 1}));
  ASSERT_TRUE(ask);
  EXPECT_EQ(ask->what, Ask::What::open_log);
  EXPECT_EQ(ask->text, "/var/log/mail.log");
  EXPECT_EQ(ask->number, 1);
  const auto answer = read_answer(pack(Answer{Errc::denied, "no", "t", -1, {"a", "b"}}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->code, Errc::denied);
  EXPECT_EQ(answer->number, -1);
  EXPECT_EQ(answer->texts.size(), 2U);
  EXPECT_EQ(read_tell(pack(Tell{Tell::What::firewall}))->what, Tell::What::firewall);
}

TEST(Orders, AreRefusedWhereTheyAreNone) {
  EXPECT_FALSE(read_ask(""));
  EXPECT_FALSE(read_ask("\xff"));
  EXPECT_FALSE(read_tell("\x63"));
  EXPECT_FALSE(read_answer(pack(Ask{})));
}

}  // namespace

}  // namespace spranga::plan
