// Sightings and jails for tests of the judge: times are seconds, addresses of the documentation.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "guard/judge/judge.h"

namespace spranga::guard {

inline ban::Instant at_second(long long seconds) {
  return ban::Instant(std::chrono::seconds(seconds));
}

inline ban::Sighting seen(std::string id, long long second) {
  ban::Sighting out;
  out.id = std::move(id);
  out.at = at_second(second);
  out.matches = {"a line"};
  return out;
}

inline ban::Sighting weakly_seen(std::string id, long long second) {
  auto out = seen(std::move(id), second);
  out.weak = true;
  return out;
}

inline ban::JailSpec jail_of(int maxretry, int findtime = 600, int bantime = 600) {
  ban::JailSpec out;
  out.name = "test";
  out.maxretry = maxretry;
  out.findtime = std::chrono::seconds(findtime);
  out.bantime = std::chrono::seconds(bantime);
  out.ignoreself = false;
  return out;
}

inline Judge judge_for(const ban::JailSpec& spec, JudgePorts ports = {}) {
  return Judge::make(spec, std::move(ports)).value();
}

/// The sighting is judged at its own time.
inline Judgement judge(Judge& judge, const ban::Sighting& sighting) {
  return judge.on_sighting(sighting, *sighting.at);
}

}  // namespace spranga::guard
