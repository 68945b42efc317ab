// The fields of a JailSpec, for plan/archive.h.
#pragma once

#include "ban/action_spec.h"
#include "ban/jail_spec.h"

namespace spranga::ban {

constexpr Compat last_of(Compat /*any*/) {
  return Compat::v1_1;
}

constexpr UseDns last_of(UseDns /*any*/) {
  return UseDns::raw;
}

constexpr Counting last_of(Counting /*any*/) {
  return Counting::window;
}

template <class Archive>
void fields(Archive& to, Origin& it) {
  to(it.file, it.line);
}

template <class Archive>
void fields(Archive& to, Expression& it) {
  to(it.pattern, it.origin);
}

template <class Archive>
void fields(Archive& to, FilterSpec& it) {
  to(it.name, it.prefregex, it.failregex, it.ignoreregex, it.weakregex, it.maxlines);
  to(it.maxlines_given, it.datepattern, it.journalmatch);
}

template <class Archive>
void fields(Archive& to, BanTimeIncrement& it) {
  to(it.enabled, it.factor, it.formula, it.multipliers, it.maxtime, it.rndtime, it.overalljails);
}

template <class Archive>
void fields(Archive& to, LogPath& it) {
  to(it.glob, it.tail);
}

template <class Archive>
void fields(Archive& to, ActionSpec& it) {
  to(it.name, it.file, it.is_script, it.options, it.timeout);
}

template <class Archive>
void fields(Archive& to, JailSpec& it) {
  to(it.name, it.enabled, it.origin, it.origins, it.filter, it.backend, it.logpath);
  to(it.skip_if_nologs, it.systemd_if_nologs, it.logencoding, it.logtimezone);
  to(it.maxretry, it.maxmatches, it.findtime, it.bantime, it.increment);
  to(it.ignoreself, it.ignoreip, it.ignorecommand, it.ignorecache, it.usedns, it.actions);
  to(it.counting, it.ipv4_prefix, it.ipv6_prefix);
}

}  // namespace spranga::ban
