// BanTest: one ban test from its first look at the door to the end of the first vigil. Private to
// probes/guessing*.cpp.
#pragma once

#include <optional>
#include <vector>

#include "check/ban_watch.h"
#include "check/probes/guessing.h"
#include "check/probes/guessing_findings.h"
#include "knock/series.h"
#include "knock/surroundings.h"

namespace spranga::check {

class BanTest {
public:
  BanTest(const GuessableHost& host,
          const CheckSettings& settings,
          const World& world,
          SteadyTime origin,
          const Progress& progress,
          finding::Report& report)
      : host_(host),
        settings_(settings),
        world_(world),
        origin_(origin),
        progress_(progress),
        report_(report),
        dialer_(world.dialer) {
    if (world.second != nullptr) {
      second_dialer_.emplace(*world.second);
    }
  }

  void run(const std::vector<GuessableHost>& hosts);

private:
  void prepare(const std::vector<GuessableHost>& hosts);
  void choose_second(const std::vector<GuessableHost>& hosts);
  void see_surroundings();
  void tell_block();
  void fill_state(const knock::Block& block);
  void tell_scope(const knock::Block& block);
  void tell_other_family(const std::vector<GuessableHost>& hosts);
  void tell_neighbour();
  void tell_account(finding::Finding& scope);
  void tell_accident();
  void tell_rest();
  void finish();
  [[nodiscard]] knock::World way(net::Dialer& dialer, bool kept);

  finding::Finding& add(std::string_view id, finding::Status status, words::Phrase summary) {
    return report_.findings.emplace_back(door_finding(id, status, std::move(summary), state_.door));
  }

  void say(const words::Phrase& step) const {
    if (progress_) {
      progress_(step);
    }
  }

  const GuessableHost& host_;
  const CheckSettings& settings_;
  const World& world_;
  const SteadyTime origin_;
  const Progress& progress_;
  finding::Report& report_;
  CountingDialer dialer_;
  std::optional<CountingDialer> second_dialer_;
  BanState state_;
  knock::Site site_;
  std::optional<Ways> ways_;
  knock::Circumstances seen_;
  knock::Course course_;
  const std::vector<GuessableHost>* hosts_{nullptr};
};

}  // namespace spranga::check
