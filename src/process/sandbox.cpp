#include "process/sandbox.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "process/landlock.h"
#include "process/syscall_filter.h"

namespace spranga::process {

namespace {

Failure failed(const std::string& what) {
  return fail(Errc::denied, what + ": " + std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
}

/// A change of the user makes the kernel forget whose death this process should not outlive.
class DeathSignal {
public:
  DeathSignal() { ::prctl(PR_GET_PDEATHSIG, &signal_); }

  void set_again() const {
    if (signal_ != 0) {
      ::prctl(PR_SET_PDEATHSIG, signal_);
    }
  }

private:
  int signal_{0};
};

Result<void> turn_into(const Identity& who) {
  const DeathSignal death;
  if (::setgroups(who.groups.size(), who.groups.data()) != 0) {
    return failed("setgroups");
  }
  if (::setresgid(who.gid, who.gid, who.gid) != 0) {
    return failed("setresgid");
  }
  // Capabilities that stay must outlive the change of the user.
  if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) {
    return failed("PR_SET_KEEPCAPS");
  }
  if (::setresuid(who.uid, who.uid, who.uid) != 0) {
    return failed("setresuid");
  }
  death.set_again();
  return {};
}

/// Nothing may be gained by running a program: the bounding and the ambient set go too.
Result<void> drop_bounding_set() {
  for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EPERM) {
      return failed("PR_CAPBSET_DROP");
    }
  }
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) {
    return failed("PR_CAP_AMBIENT_CLEAR_ALL");
  }
  return {};
}

Result<void> keep_capabilities(const std::vector<int>& wanted) {
  std::array<__user_cap_data_struct, 2> sets{};
  for (const int capability : wanted) {
    auto& set = sets.at(static_cast<std::size_t>(capability) / 32);
    set.effective |= 1U << (static_cast<unsigned>(capability) % 32);
  }
  for (auto& set : sets) {
    set.permitted = set.effective;
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  if (::syscall(SYS_capset, &header, sets.data()) != 0) {
    return failed("capset");
  }
  return {};
}

Result<void> give_up_rights(const Confinement& wanted) {
  SPRANGA_CHECK(drop_bounding_set());
  if (wanted.become != nullptr) {
    SPRANGA_CHECK(turn_into(*wanted.become));
  }
  SPRANGA_CHECK(keep_capabilities(wanted.capabilities));
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? Result<void>()
                                                       : failed("PR_SET_NO_NEW_PRIVS");
}

}  // namespace

Result<Confined> enter_sandbox(const Confinement& wanted) {
  Confined out;
  SPRANGA_CHECK(give_up_rights(wanted));
  if (!wanted.files_stay_open) {
    SPRANGA_TRY(const bool held, confine_files(wanted.folders));
    out.lacking = held ? "" : "Landlock";
  }
  SPRANGA_CHECK(filter_syscalls({wanted.may_open_sockets, wanted.may_run_programs}));
  return out;
}

}  // namespace spranga::process
