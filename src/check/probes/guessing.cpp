#include "check/probes/guessing.h"

#include <algorithm>

#include "check/audit.h"
#include "check/ban_findings.h"
#include "check/big_providers.h"
#include "check/probes/guessing_run.h"

namespace spranga::check {

namespace {

using finding::Confidence;
using finding::Finding;
using finding::Report;
using finding::Status;
using words::Phrase;
using words::Word;

constexpr std::chrono::minutes first_vigil{1};  // without --wait

std::int64_t wall_ms(std::chrono::system_clock::time_point when) {
  return std::chrono::floor<Milliseconds>(when.time_since_epoch()).count();
}

/// Why no ban test is made on this host; Word::none where it is.
Phrase obstacle(const GuessableHost& host) {
  if (const auto provider = big_provider_in(host.greeting); !provider.empty()) {
    return {Word::g1_provider, {host.greeting, std::string(provider)}};
  }
  if (!host.blocked_after.empty()) {
    return {Word::g1_door_shut, {std::to_string(host.login_ports.front()), host.blocked_after}};
  }
  return {};
}

}  // namespace

knock::World BanTest::way(net::Dialer& dialer, bool kept) {
  knock::Keep keep;
  if (kept) {
    keep = [this](std::string_view purpose,
                  const net::Endpoint& to,
                  bool tls,
                  const smtp::Transcript& transcript) {
      report_.dialogues.push_back({std::string(purpose),
                                   {to.address.to_string(), static_cast<int>(to.port), tls},
                                   lines_of(transcript)});
    };
  }
  return {world_.clock, *world_.pause, dialer, origin_, std::move(keep)};
}

/// The address that the second source reaches: the same, or the host's of the other family.
void BanTest::choose_second(const std::vector<GuessableHost>& hosts) {
  if (!second_dialer_ || !world_.second_source) {
    return;
  }
  if (settings_
          .from_here) {  // this machine itself: it reaches the server as the private network does
    state_.door.second_source = state_.door.second_address = host_.address.to_string();
    return;
  }
  const auto family = world_.second_source->family();
  const auto same_host = [&](const GuessableHost& other) {
    return other.host == host_.host && other.address.family() == family;
  };
  const auto found = std::ranges::find_if(hosts, same_host);
  const auto name = world_.second_source->to_string();
  if (found == hosts.end()) {
    report_.remarks.push_back({Word::g1_no_second_family, {name}});
    return;
  }
  state_.door.second_source = name;
  state_.door.second_address = found->address.to_string();
}

void BanTest::prepare(const std::vector<GuessableHost>& hosts) {
  auto& door = state_.door;
  door.address = host_.address.to_string();
  door.port = host_.login_ports.front();
  door.implicit_tls = std::ranges::count(host_.implicit_tls_ports, door.port) > 0;
  door.tls_name = host_.tls_name;
  door.ca_file = settings_.ca_file;
  door.ehlo_name = host_.ehlo_name;
  door.domain = host_.domain;
  door.from_here = settings_.from_here;
  choose_second(hosts);
  state_.rules = settings_.rules;
  state_.typed_options = settings_.typed_options;
  state_.began_ms = wall_ms(world_.clock.wall());
  site_ = site_of(door, report_.nonce);
  site_.implicit_tls_ports = host_.implicit_tls_ports;
  site_.connect_patience = std::min(site_.connect_patience, settings_.timeout);
  ways_.emplace(Ways{way(dialer_, true), std::nullopt});
  if (!door.second_source.empty()) {
    ways_->second.emplace(way(*second_dialer_, false));
    // A second source that does not get in from the start tells nothing later.
    const auto other = second_site_of(door, report_.nonce);
    if (!knock::look_at(other, *ways_->second, other.port).open) {
      ways_->second.reset();
      door.second_source.clear();
      door.second_address.clear();
    }
  }
}

void BanTest::see_surroundings() {
  seen_.open_before = host_.open_ports;
  std::vector<int> others;
  for (const int port : knock::mail_ports()) {
    if (port != 25 && port != 465 && port != 587) {
      others.push_back(port);
    }
  }
  auto open = knock::open_among(site_, ways_->near, others);
  seen_.open_before.insert(seen_.open_before.end(), open.begin(), open.end());
  for (const int port : knock::control_ports()) {
    if (knock::touch(site_, ways_->near, port).open) {
      seen_.control_port = port;
      break;
    }
  }
  // Guards of mail leave 443, 22 or 80 alone; where none is there, a mailbox port has to do.
  if (seen_.control_port == 0 && !open.empty()) {
    seen_.control_port = open.front();
  }
  state_.door.control_port = seen_.control_port;
}

void BanTest::fill_state(const knock::Block& block) {
  state_.attempts = block.at_least;
  state_.at_most = block.at_most + lines_before(report_);
  state_.kind = block.kind;
  const auto age = world_.clock.now() - block.first_shut;
  state_.first_shut_ms = wall_ms(world_.clock.wall() - std::chrono::floor<Milliseconds>(age));
  state_.doubt_ms = std::chrono::ceil<Milliseconds>(block.first_shut - block.last_open).count();
  state_.guesses = guesses_of(course_);
}

/// The earlier probes were enough for the guard: evidence, as wherever the door shuts in mid-run.
void BanTest::tell_accident() {
  if (course_.end == knock::Course::End::shut && lines_before(report_) > 0) {
    add("G5",
        Status::info,
        {Word::g5_blocked,
         {std::to_string(state_.door.port),
          std::string(report_.noise.probes.back().id),
          course_.trouble}});
  }
}

/// G4 and G6, of whatever guesses there were.
void BanTest::tell_rest() {
  if (course_.guesses.empty()) {
    return;
  }
  report_.findings.push_back(slow_down_finding(course_, state_.door));
  report_.findings.push_back(names_finding(course_, state_.door, settings_.known_user));
  const auto judged = std::ranges::count_if(
      course_.guesses, [](const knock::Guess& guess) { return guess.answer.code >= 500; });
  report_.noise.probes.push_back({"G1", static_cast<int>(judged)});
}

/// The vigil, and what is known of the duration.
void BanTest::finish() {
  if (state_.attempts == 0) {
    if (course_.end == knock::Course::End::never || course_.end == knock::Course::End::put_off ||
        course_.end == knock::Course::End::crowded) {
      report_.ban.emplace();
      report_.ban->guesses = guesses_of(course_);
    }
    return;
  }
  state_.report.target = report_.target;
  state_.report.nonce = report_.nonce;
  state_.report.source = report_.source;
  state_.report.hosts = report_.hosts;
  state_.report.noise = report_.noise;
  state_.report.findings = report_.findings;
  if (world_.keep_state) {
    world_.keep_state(state_);
  }
  auto end = settings_.wait ? settings_.wait_for : std::optional<Milliseconds>(first_vigil);
  // Later looks are told by G2; their dialogues would only swell the report.
  auto quiet = *ways_;
  quiet.near.keep = {};
  static_cast<void>(watch(state_, quiet, world_, end, progress_));
  report_block(report_, state_, settings_);
}

void BanTest::run(const std::vector<GuessableHost>& hosts) {
  hosts_ = &hosts;
  prepare(hosts);
  see_surroundings();
  course_ =
      knock::run_series(site_, ways_->near, {settings_.fast, settings_.known_user}, [&](int made) {
        say({Word::step_guess,
             {std::to_string(state_.door.port),
              std::to_string(made + 1),
              std::to_string(knock::most_guesses)}});
      });
  if (course_.block) {
    tell_block();
  } else {
    report_.findings.push_back(unblocked_finding(course_, state_.door));
    tell_accident();
  }
  tell_rest();
  finish();
  report_.connections += dialer_.count() + (second_dialer_ ? second_dialer_->count() : 0);
}

void probe_guessing(const std::vector<GuessableHost>& hosts,
                    const CheckSettings& settings,
                    const World& world,
                    SteadyTime origin,
                    const Progress& progress,
                    Report& report) {
  const auto host = std::ranges::find_if(
      hosts, [](const GuessableHost& candidate) { return !candidate.login_ports.empty(); });
  if (host == hosts.end()) {
    report.findings.push_back(
        door_finding("G1", Status::not_tested, {Word::g1_no_login, {}}, std::nullopt));
    return;
  }
  if (const auto why = obstacle(*host); why.word != Word::none) {
    BanDoor door;
    door.address = host->address.to_string();
    door.port = host->login_ports.front();
    report.findings.push_back(door_finding("G1", Status::not_tested, why, door));
    return;
  }
  BanTest(*host, settings, world, origin, progress, report).run(hosts);
}

}  // namespace spranga::check
