#include "guard/old_logs/log_source.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

#include "guard/old_logs/byte_source.h"
#include "guard/old_logs/journal_source.h"
#include "guard/old_logs/text_source.h"

namespace spranga::guard {

namespace {

tl::unexpected<Error> cannot(const std::string& what, int code) {
  const auto kind = code == ENOENT ? Errc::not_found : code == EACCES ? Errc::denied : Errc::io;
  return fail(kind, what + ": " + std::generic_category().message(code));
}

bool is_journal_file(int fd) {
  std::array<char, 8> head{};
  const auto count = ::pread(fd, head.data(), head.size(), 0);
  return count == static_cast<ssize_t>(head.size()) && is_journal_head({head.data(), head.size()});
}

Result<void> write_all(int fd, const char* bytes, std::size_t count) {
  while (count > 0) {
    const auto written = ::write(fd, bytes, count);
    if (written < 0 && errno != EINTR) {
      return cannot("memory", errno);
    }
    if (written > 0) {
      bytes += written;
      count -= static_cast<std::size_t>(written);
    }
  }
  return {};
}

}  // namespace

bool LogSource::field_is(const std::string& /*name*/, std::string_view /*value*/) {
  return false;
}

Result<std::unique_ptr<LogSource>> open_log(const std::string& path) {
  const bool is_stdin = path == "-";
  Fd fd(is_stdin ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) {
    return cannot(path, errno);
  }

  struct stat facts {};

  if (::fstat(fd.get(), &facts) != 0) {
    return cannot(path, errno);
  }
  if (S_ISDIR(facts.st_mode) || (S_ISREG(facts.st_mode) && is_journal_file(fd.get()))) {
    return open_journal(path);
  }
  SPRANGA_TRY(auto bytes, open_bytes(std::move(fd), is_stdin ? "standard input" : path));
  return std::make_unique<TextSource>(std::move(bytes));
}

Result<std::string> keep_in_memory(int fd, std::uint64_t limit) {
  const int kept = ::memfd_create("log", MFD_CLOEXEC);  // open as long as the program runs
  if (kept < 0) {
    return cannot("memory", errno);
  }
  std::vector<char> block(256UL * 1024);
  std::uint64_t total = 0;
  while (true) {
    const auto count = ::read(fd, block.data(), block.size());
    if (count == 0) {
      return "/proc/self/fd/" + std::to_string(kept);
    }
    if (count < 0 && errno != EINTR) {
      return cannot("standard input", errno);
    }
    total += count > 0 ? static_cast<std::uint64_t>(count) : 0;
    if (total > limit) {
      ::close(kept);
      return fail(
          Errc::too_large,
          "standard input has more than " + std::to_string(limit >> 20U) + " MiB: give a file");
    }
    SPRANGA_CHECK(write_all(kept, block.data(), count > 0 ? static_cast<std::size_t>(count) : 0));
  }
}

}  // namespace spranga::guard
