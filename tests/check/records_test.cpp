// S6: SPF and DMARC.
#include "check/probes/records.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"
#include "tests/support/scripted_resolver.h"
#include "tests/support/watched_dialer.h"

namespace spranga::check {
namespace {

using finding::Status;

TEST(Spf, EndsInItsAllTerm) {
  struct Row {
    std::string_view record;
    std::string_view all;
  };

  for (const auto& [record, all] : {Row{"v=spf1 mx -all", "-all"},
                                    Row{"v=spf1 mx ~ALL", "~all"},
                                    Row{"v=spf1 ?all", "?all"},
                                    Row{"v=spf1 +all", "+all"},
                                    Row{"v=spf1 all", "+all"},
                                    Row{"v=spf1 redirect=_spf.example.net", "redirect"},
                                    Row{"v=spf1 redirect=_spf.example.net -all", "-all"},
                                    Row{"v=spf1 include:ball a:mall", ""},
                                    Row{"v=spf1 exists:%{i}.all", ""},
                                    Row{"v=spf1", ""},
                                    Row{"", ""}}) {
    EXPECT_EQ(spf_all(record), all) << record;
  }
}

TEST(Dmarc, TellsItsPolicy) {
  struct Row {
    std::string_view record;
    std::string_view policy;
  };

  for (const auto& [record, policy] :
       {Row{"v=DMARC1; p=reject", "reject"},
        Row{"v=DMARC1;p=Quarantine;sp=none", "quarantine"},
        Row{"v=DMARC1; sp=reject; p = none ; rua=mailto:x@y", "none"},
        Row{"v=DMARC1; sp=reject", ""},
        Row{"v=DMARC1; pct=100", ""},
        Row{"v=DMARC1; p", ""},
        Row{"v=DMARC1; p=", ""},
        Row{";;;", ""},
        Row{"", ""}}) {
    EXPECT_EQ(dmarc_policy(record), policy) << record;
  }
}

TEST(Records, AreFoundByTheirWholeTag) {
  EXPECT_EQ(record_with_tag({"x", "V=SPF1 -all"}, "v=spf1"), "V=SPF1 -all");
  EXPECT_EQ(record_with_tag({"v=DMARC1;p=none"}, "v=DMARC1"), "v=DMARC1;p=none");
  EXPECT_EQ(record_with_tag({"v=spf1"}, "v=spf1"), "v=spf1");
  EXPECT_EQ(record_with_tag({"v=spf10 -all", "v=spf", " v=spf1 -all"}, "v=spf1"), std::nullopt);
  EXPECT_EQ(record_with_tag({}, "v=spf1"), std::nullopt);
}

class NoDialer final : public net::Dialer {
public:
  [[nodiscard]] Result<std::unique_ptr<net::Transport>> connect(const net::Endpoint&,
                                                                SteadyTime) override {
    return fail(Errc::internal, "this test connects to nobody");
  }
};

struct Dns {
  test::ManualClock clock;
  test::ScriptedResolver resolver;
  NoDialer dialer;
  World world{clock, resolver, dialer};

  Status s6(const std::string& domain = "example.org") {
    return probe_records(domain, world, clock.now()).status;
  }
};

TEST(S6, PassesWithBothRecords) {
  Dns dns;
  dns.resolver.texts["example.org"] = {"verification=1", "v=spf1 mx -all"};
  dns.resolver.texts["_dmarc.example.org"] = {"v=DMARC1; p=reject"};
  EXPECT_EQ(dns.s6(), Status::pass);
}

TEST(S6, WarnsOfEachWeakness) {
  for (const auto& [spf, dmarc] : {std::pair("v=spf1 +all", "v=DMARC1; p=reject"),
                                   std::pair("v=spf1 mx", "v=DMARC1; p=reject"),
                                   std::pair("v=spf1 -all", "v=DMARC1; p=none"),
                                   std::pair("v=spf1 -all", "something else"),
                                   std::pair("something else", "v=DMARC1; p=reject")}) {
    Dns dns;
    dns.resolver.texts["example.org"] = {spf};
    dns.resolver.texts["_dmarc.example.org"] = {dmarc};
    EXPECT_EQ(dns.s6(), Status::warn) << spf << " " << dmarc;
  }
}

TEST(S6, IsNotTestedWhereNobodyKnows) {
  for (const auto* name : {"example.org", "_dmarc.example.org"}) {
    Dns dns;
    dns.resolver.broken.insert(name);
    EXPECT_EQ(dns.s6(), Status::not_tested) << name;
  }
  Dns dns;
  EXPECT_EQ(dns.s6(""), Status::not_tested);
}

}  // namespace
}  // namespace spranga::check
