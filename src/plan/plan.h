// Plan: what the reader of the configuration leaves for the processes of the guard. It is read
// once, by a child that ends then; warden, guard and action runner get their parts as sealed
// memory, so nobody with rights needs a parser, and nobody without can change them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ban/jail_spec.h"
#include "base/fd.h"
#include "base/result.h"

namespace spranga::plan {

/// For the warden: paths, and which logs may be opened.
struct WardenPlan {
  std::string socket;
  std::string pidfile;    // "" = none
  std::string logtarget;  // as log_target.h has it, without options
  std::string syslogsocket;
  std::string dbfile;        // "" = in memory
  std::string state_folder;  // "" = in memory
  std::vector<std::string> log_patterns;
  std::string geoip;  // a database that the guard may read, outside the usual places; "" = none
  std::string nft_table;
};

/// For the guard.
struct GuardPlan {
  std::string folder;  // of the configuration
  ban::Compat compat{ban::Compat::v1_0};
  std::string version;                        // of the fail2ban that is imitated
  std::map<std::string, std::string> server;  // [Definition] of fail2ban.conf
  std::map<std::string, std::string> own;     // [Definition] of spranga.conf
  std::vector<ban::JailSpec> jails;
  std::vector<std::string> errors;  // what is wrong in the configuration, FILE:LINE first
  std::vector<std::string> warnings;
};

/// The part of the action runner: for each jail its actions, as action_runner's plan is packed.
struct Plan {
  WardenPlan warden;
  GuardPlan guard;
  std::string runner;
};

template <class Archive>
void fields(Archive& to, WardenPlan& it) {
  to(it.socket, it.pidfile, it.logtarget, it.syslogsocket, it.dbfile, it.state_folder);
  to(it.log_patterns, it.geoip, it.nft_table);
}

[[nodiscard]] std::string pack(const WardenPlan& plan);
[[nodiscard]] std::string pack(const GuardPlan& plan);
[[nodiscard]] Result<WardenPlan> read_warden_plan(std::string_view bytes);
[[nodiscard]] Result<GuardPlan> read_guard_plan(std::string_view bytes);

/// A plan is refused beyond this.
constexpr std::size_t largest_plan = 256UL << 20U;

/// Memory with a descriptor, to be written by a child and sealed then. Errc::io.
[[nodiscard]] Result<Fd> unsealed(const std::string& name);

/// Nobody can change it any more.
[[nodiscard]] Result<void> seal(int fd);

[[nodiscard]] Result<void> write_all(int fd, std::string_view bytes);

/// All bytes of such a descriptor; from its beginning, whoever read it before. Errc::malformed: it
/// is not sealed, or too large.
[[nodiscard]] Result<std::string> bytes_of_sealed(int fd);

}  // namespace spranga::plan
