#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/fd.h"
#include "plan/plan.h"

namespace spranga::plan {

namespace {

constexpr int all_seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

Failure failed(const std::string& what) {
  return fail(Errc::io, what + ": " + std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace

Result<Fd> unsealed(const std::string& name) {
  Fd fd(::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
  return fd ? Result<Fd>(std::move(fd)) : failed("memfd_create");
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      return failed("writing a plan");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> seal(int fd) {
  return ::fcntl(fd, F_ADD_SEALS, all_seals) == 0 ? Result<void>() : failed("sealing a plan");
}

Result<std::string> bytes_of_sealed(int fd) {
  struct stat facts {};

  if (::fstat(fd, &facts) != 0) {
    return failed("a plan");
  }
  if (::fcntl(fd, F_GET_SEALS) != all_seals || facts.st_size < 0 ||
      static_cast<std::size_t>(facts.st_size) > largest_plan) {
    return fail(Errc::malformed, "a plan that is not sealed, or too large");
  }
  std::string out(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t have = 0;
  while (have < out.size()) {
    const auto got = ::pread(fd, out.data() + have, out.size() - have, static_cast<off_t>(have));
    if (got <= 0) {
      return failed("reading a plan");
    }
    have += static_cast<std::size_t>(got);
  }
  return out;
}

}  // namespace spranga::plan
