#include "warden/accounts.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace spranga::warden {

namespace {

// systemd gives these to services without an account; they belong to nobody for good.
constexpr uid_t first_free = 61184;
constexpr uid_t last_free = 65519;

// NOLINTBEGIN(concurrency-mt-unsafe): one thread

/// A number that no account and no group has.
Result<uid_t> unused_number(uid_t from) {
  for (auto number = from; number <= last_free; ++number) {
    if (::getpwuid(number) == nullptr && ::getgrgid(number) == nullptr) {
      return number;
    }
  }
  return fail(Errc::not_found, "no user number is free between 61184 and 65519");
}

Result<process::Identity> identity(const char* account, uid_t& next, std::string& remark) {
  process::Identity out;
  if (const auto* entry = ::getpwnam(account); entry != nullptr) {
    out.uid = entry->pw_uid;
    out.gid = entry->pw_gid;
    return out;
  }
  SPRANGA_TRY(const auto number, unused_number(next));
  next = number + 1;
  out.uid = number;
  out.gid = number;
  remark += (remark.empty() ? "" : "; ") + std::string("there is no account ") + account +
            ": the user number " + std::to_string(number) + " serves";
  return out;
}

}  // namespace

Result<Accounts> find_accounts() {
  Accounts out;
  if (::geteuid() != 0) {
    out.rights = false;
    out.guard = {::getuid(), ::getgid(), {}};
    out.net = out.guard;
    out.firewall = out.guard;
    return out;
  }
  uid_t next = first_free;
  SPRANGA_TRY(out.guard, identity("spranga", next, out.remark));
  SPRANGA_TRY(out.net, identity("spranga-net", next, out.remark));
  SPRANGA_TRY(const auto number, unused_number(next));
  out.firewall = {number, number, {}};
  // libsystemd opens the journal's files by itself.
  if (const auto* group = ::getgrnam("systemd-journal"); group != nullptr) {
    out.guard.groups.push_back(group->gr_gid);
  }
  return out;
}

// NOLINTEND(concurrency-mt-unsafe)

std::vector<std::string> arguments_of(const process::Identity& who) {
  std::vector<std::string> out{"--uid", std::to_string(who.uid), "--gid", std::to_string(who.gid)};
  for (const auto group : who.groups) {
    out.insert(out.end(), {"--group", std::to_string(group)});
  }
  return out;
}

}  // namespace spranga::warden
