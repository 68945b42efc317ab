#include "check/check.h"

#include <algorithm>
#include <memory>

#include "check/audit.h"
#include "check/introduction.h"
#include "check/opening.h"
#include "check/probes/guessing.h"
#include "check/probes/pool.h"
#include "check/probes/records.h"
#include "check/schedule.h"
#include "check/scrub.h"
#include "check/target.h"
#include "check/verdict.h"

namespace spranga::check {

namespace {

using finding::Report;
using words::Phrase;
using words::Word;

Word role_word(Role role) {
  switch (role) {
    case Role::inbound_mx:
      return Word::role_inbound_mx;
    case Role::submission:
      return Word::role_submission;
    case Role::mail_server:
      break;
  }
  return Word::role_mail_server;
}

/// One target from name to findings. Addresses are tested one after the other.
class Run {
public:
  Run(const std::string& target,
      const CheckSettings& settings,
      const World& world,
      const Progress& progress)
      : settings_(settings), world_(world), progress_(progress), origin_(world.clock.now()) {
    report_.target = target;
    report_.nonce = make_nonce();
  }

  Report take() {
    if (plan()) {
      for (const auto& host : plan_.hosts) {
        test_host(host);
      }
      if (wants(2)) {
        report_.findings.push_back(probe_records(plan_.domain, world_, dns_deadline()));
      }
      add_network_remarks();
      test_ban();
    }
    judge(report_, settings_);
    scrub(report_, settings_);
    report_.elapsed = std::chrono::duration_cast<Milliseconds>(world_.clock.now() - origin_);
    return std::move(report_);
  }

private:
  bool plan();
  void test_host(const HostPlan& host);
  void gather(Audit& audit, const HostPlan& host);
  void add_network_remarks();
  void test_ban();
  void note_login_ports(Audit& audit);
  [[nodiscard]] Subject subject_for(const HostPlan& host, net::Address address);
  [[nodiscard]] bool is_this_machine(const net::Address& address) const;

  [[nodiscard]] bool wants(int rule) const {
    return std::ranges::find(settings_.rules, rule) != settings_.rules.end();
  }

  [[nodiscard]] SteadyTime dns_deadline() const {
    constexpr std::chrono::seconds patience{6};
    return world_.clock.now() + std::min<Milliseconds>(settings_.timeout, patience);
  }

  const CheckSettings& settings_;
  const World& world_;
  const Progress& progress_;
  const SteadyTime origin_;
  TargetPlan plan_;
  Report report_;
  std::vector<GuessableHost> guessable_;
  bool port_25_shut_{false};
  bool port_25_answered_{false};
};

bool Run::plan() {
  const auto name = parse_target(report_.target);
  if (!name) {
    report_.trouble = {Word::target_unusable, {name.error().detail}};
    return false;
  }
  auto plan = plan_target(*name, settings_, world_, dns_deadline());
  if (!plan) {
    report_.trouble = {Word::target_unusable, {plan.error().detail}};
    return false;
  }
  plan_ = std::move(*plan);
  report_.remarks = plan_.remarks;
  return true;
}

bool Run::is_this_machine(const net::Address& address) const {
  if (settings_.loopback_is_outside || world_.vantage != nullptr) {
    return false;
  }
  const auto own = net::own_addresses();
  return address.is_loopback() || address.is_unspecified() ||
         std::ranges::find(own, address) != own.end();
}

Subject Run::subject_for(const HostPlan& host, net::Address address) {
  Subject out;
  out.from_itself = is_this_machine(address);
  if (world_.vantage != nullptr && address.is_loopback()) {
    const bool v4 = address.family() == net::Family::ipv4;
    address = v4 ? world_.vantage->server_ipv4 : world_.vantage->server_ipv6;
  }
  out.address = address;
  out.host = host.host;
  out.tls_name = settings_.tls_name.empty() ? host.host : settings_.tls_name;
  out.domain = plan_.domain;
  out.role = host.role;
  out.ports = host.ports;
  out.implicit_tls_ports = host.implicit_tls_ports;
  out.nonce = report_.nonce;
  const auto introduction = introduce_to(address, settings_, world_, dns_deadline());
  out.ehlo_name = introduction.ehlo_name;
  out.outside_domain = introduction.outside_domain;
  report_.source = introduction.source;
  if (settings_.credentials) {
    const auto& user = settings_.credentials->user;
    const bool whole = user.find('@') != std::string::npos || out.domain.empty();
    out.own_address = !settings_.own_address.empty() ? settings_.own_address
                      : whole                        ? user
                                                     : user + "@" + out.domain;
  }
  return out;
}

void Run::gather(Audit& audit, const HostPlan& host) {
  auto findings = audit.take_findings();
  std::ranges::move(findings, std::back_inserter(report_.findings));
  auto dialogues = audit.take_dialogues();
  std::ranges::move(dialogues, std::back_inserter(report_.dialogues));
  for (const auto& probe : audit.noise().probes) {
    const auto same = std::ranges::find(report_.noise.probes, probe.id, &finding::Noise::Probe::id);
    if (same == report_.noise.probes.end()) {
      report_.noise.probes.push_back(probe);
    } else {
      same->lines += probe.lines;
    }
  }
  report_.connections += audit.connections();
  auto open = audit.open_ports();
  std::ranges::sort(open);
  report_.hosts.push_back({host.host,
                           audit.subject().address.to_string(),
                           {role_word(host.role), {}},
                           audit.product(),
                           open});
  for (const auto& [number, facts] : audit.all_ports()) {
    const bool answered = facts.state != PortState::filtered &&
                          facts.state != PortState::unreachable &&
                          facts.state != PortState::untested && facts.state != PortState::shut;
    report_.connected = report_.connected || answered;
    const bool closed = facts.state == PortState::shut && audit.shut_means_closed();
    port_25_shut_ = port_25_shut_ || (number == 25 && !answered && !closed);
    port_25_answered_ = port_25_answered_ || (number == 25 && answered);
    if (!answered && report_.trouble.word == Word::none) {
      report_.trouble = state_phrase(facts);
    }
  }
}

void Run::note_login_ports(Audit& audit) {
  const auto& subject = audit.subject();
  GuessableHost out;
  out.host = subject.host;
  out.address = subject.address;
  out.tls_name = subject.tls_name;
  out.ehlo_name = subject.ehlo_name;
  out.domain = subject.domain;
  out.open_ports = audit.open_ports();
  out.blocked_after = audit.blocked_after();
  for (const int number : out.open_ports) {
    const auto& facts = audit.port(number);
    if (facts.implicit_tls) {
      out.implicit_tls_ports.push_back(number);
    }
    if (facts.secure.offers("PLAIN") || facts.secure.offers("LOGIN")) {
      out.login_ports.push_back(number);
    }
    out.greeting = out.greeting.empty() ? facts.greeting.first_line() : out.greeting;
  }
  guessable_.push_back(std::move(out));
}

/// Last of all, since it shuts the door.
void Run::test_ban() {
  if (!settings_.ban_test || !wants(3) || !report_.connected) {
    return;
  }
  knock::SystemPause sleep;
  auto world = world_;
  world.pause = world.pause == nullptr ? &sleep : world.pause;
  probe_guessing(guessable_, settings_, world, origin_, progress_, report_);
}

void Run::test_host(const HostPlan& host) {
  std::vector<std::unique_ptr<Audit>> audits;
  for (const auto& address : host.addresses) {
    auto audit =
        std::make_unique<Audit>(subject_for(host, address), settings_, world_, origin_, progress_);
    const auto same_family = [&](const auto& other) {
      return other->subject().address.family() == audit->subject().address.family();
    };
    const bool in_full = settings_.all_addresses || std::ranges::none_of(audits, same_family);
    if (in_full) {
      run_audit(*audit);
    } else {
      look_at_address(*audit);
    }
    if (!audits.empty() && wants(1)) {
      compare_addresses(*audits.front(), *audit);
    }
    audits.push_back(std::move(audit));
  }
  for (const auto& audit : audits) {
    note_login_ports(*audit);
    gather(*audit, host);
  }
}

void Run::add_network_remarks() {
  if (report_.connected) {
    report_.trouble = {};
    if (port_25_shut_ && !port_25_answered_) {
      report_.remarks.push_back({Word::remark_25_blocked, {}});
    }
  } else {
    report_.trouble = {Word::no_connection, {report_.target, words::say(report_.trouble)}};
    report_.findings.clear();
  }
}

}  // namespace

Report run_check(const std::string& target,
                 const CheckSettings& settings,
                 const World& world,
                 const Progress& progress) {
  return Run(target, settings, world, progress).take();
}

}  // namespace spranga::check
