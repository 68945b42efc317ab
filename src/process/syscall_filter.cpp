#include "process/syscall_filter.h"

#include <seccomp.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>
#include <string>

namespace spranga::process {

namespace {

// A list of what is refused, not of what is allowed: the C library takes new calls with each
// release, and a guard that dies of one leaves the door open.
constexpr std::array never = {
    // other processes
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "pidfd_getfd",
    "kcmp",
    // the view of the file system, namespaces
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "setns",
    "unshare",
    "mount_setattr",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "open_by_handle_at",
    "name_to_handle_at",
    "quotactl",
    "quotactl_fd",
    "swapon",
    "swapoff",
    // the kernel itself
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "reboot",
    "syslog",
    "acct",
    "iopl",
    "ioperm",
    "modify_ldt",
    "vhangup",
    "lookup_dcookie",
    "nfsservctl",
    "uselib",
    "ustat",
    "personality",
    // keys, clocks, names of the machine
    "add_key",
    "request_key",
    "keyctl",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "adjtimex",
    "stime",
    "sethostname",
    "setdomainname",
    // who it is
    "setuid",
    "setgid",
    "setreuid",
    "setregid",
    "setresuid",
    "setresgid",
    "setfsuid",
    "setfsgid",
    "setgroups",
    "capset",
    // files that are none, and rights of files
    "mknod",
    "mknodat",
    "fanotify_init",
    "chown",
    "fchown",
    "lchown",
    "fchownat",
    "chmod",
    "fchmod",
    "fchmodat",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
};

constexpr std::array to_make_sockets = {"socket", "connect", "bind", "listen"};
constexpr std::array to_run_programs = {"execve", "execveat"};

struct Release {
  void operator()(void* context) const { ::seccomp_release(context); }
};

using Filter = std::unique_ptr<void, Release>;

Failure seccomp_failed(const std::string& what, int code) {
  return fail(Errc::denied, what + ": " + std::strerror(-code));  // NOLINT(concurrency-mt-unsafe)
}

Result<void> refuse(const Filter& filter, std::span<const char* const> calls) {
  for (const auto* name : calls) {
    const int call = ::seccomp_syscall_resolve_name(name);
    if (call == __NR_SCMP_ERROR) {
      continue;  // libseccomp of this age does not know it, nor does the kernel of its age
    }
    const int code = ::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 0);
    if (code != 0 && code != -EDOM) {  // EDOM: this architecture has no such call
      return seccomp_failed(std::string("seccomp: ") + name, code);
    }
  }
  return {};
}

}  // namespace

Result<void> filter_syscalls(SyscallNeeds needs) {
  const Filter filter(::seccomp_init(SCMP_ACT_ALLOW));
  if (!filter) {
    return fail(Errc::denied, "seccomp_init failed");
  }
  SPRANGA_CHECK(refuse(filter, never));
  if (!needs.sockets) {
    SPRANGA_CHECK(refuse(filter, to_make_sockets));
  }
  if (!needs.programs) {
    SPRANGA_CHECK(refuse(filter, to_run_programs));
  }
  // All threads: the ledger's may run already.
  ::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  const int code = ::seccomp_load(filter.get());
  return code == 0 ? Result<void>() : seccomp_failed("seccomp_load", code);
}

}  // namespace spranga::process
