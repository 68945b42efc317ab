#include "app/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "app/exit_code.h"
#include "base/fd.h"
#include "words/phrase.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

std::string why() {
  return std::error_code(errno, std::generic_category()).message();
}

Failure cannot(Word word, const std::string& path, const std::string& reason) {
  return fail(Errc::io, say(word, {path, reason}));
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) {
      return false;
    }
    text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return true;
}

/// Holds interrupts back while something is written that must not be half there.
class Uninterrupted {
public:
  Uninterrupted() {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &held, &before_);
  }

  Uninterrupted(const Uninterrupted&) = delete;
  Uninterrupted& operator=(const Uninterrupted&) = delete;
  Uninterrupted(Uninterrupted&&) = delete;
  Uninterrupted& operator=(Uninterrupted&&) = delete;

  ~Uninterrupted() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
  sigset_t before_{};
};

/// The file that a path means, links followed; the path itself where that does not show.
std::filesystem::path real_path(const std::string& path) {
  std::error_code failed;
  const auto whole = std::filesystem::absolute(path, failed);
  auto real = failed ? std::filesystem::path() : std::filesystem::weakly_canonical(whole, failed);
  return failed ? std::filesystem::path(path) : real;
}

bool is_plain(const std::string& path) {
  struct stat status {};

  return ::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode);
}

mode_t mode_of(const std::string& path) {
  struct stat status {};

  if (::stat(path.c_str(), &status) == 0) {
    return status.st_mode & 07777U;
  }
  const auto mask = ::umask(0);
  ::umask(mask);
  return 0666U & ~mask;
}

}  // namespace

int print(std::string_view text) {
  const Uninterrupted guard;
  if (!write_all(STDOUT_FILENO, text)) {
    // A reader that has seen enough (| head) is no fault of anybody.
    return errno == EPIPE ? 0 : usage_error(say(Word::app_cannot_write, {"-", why()}));
  }
  return 0;
}

void tell(std::string_view message) {
  // The message is said already: its values are escaped.
  std::string line(words::text_of(Word::app_error));
  line.replace(line.find("{0}"), 3, message);
  static_cast<void>(write_all(STDERR_FILENO, line + "\n"));
}

int usage_error(std::string_view message, std::string_view see) {
  tell(message);
  if (!see.empty()) {
    tell(say(Word::app_try_help, {std::string(see)}));
  }
  return exit_usage;
}

namespace {

/// Replaces a plain file in one step, or leaves it as it was.
Result<void> replace_file(const std::string& path, std::string_view text, mode_t mode) {
  const auto target = real_path(path).string();  // a link stays a link
  std::string temporary = target + ".XXXXXX";
  Fd out(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!out) {
    return cannot(Word::app_cannot_write, path, why());
  }
  if (!write_all(out.get(), text) || ::fchmod(out.get(), mode) != 0 ||
      ::rename(temporary.c_str(), target.c_str()) != 0) {
    const auto reason = why();
    ::unlink(temporary.c_str());
    return cannot(Word::app_cannot_write, path, reason);
  }
  return {};
}

/// Into a device or a pipe, which must stay what it is.
Result<void> write_into(const std::string& path, std::string_view text) {
  const Fd out(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_APPEND));
  return out && write_all(out.get(), text) ? Result<void>()
                                           : cannot(Word::app_cannot_write, path, why());
}

}  // namespace

Result<void> write_private_file(const std::string& path, std::string_view text) {
  constexpr mode_t owner_only = 0600;
  const Uninterrupted guard;
  return is_plain(path) ? replace_file(path, text, owner_only) : write_into(path, text);
}

Result<void> write_file(const std::string& path, std::string_view text) {
  const Uninterrupted guard;
  return is_plain(path) ? replace_file(path, text, mode_of(real_path(path).string()))
                        : write_into(path, text);
}

Result<void> check_writable(const std::string& path) {
  // A plain file is replaced, so its folder must be writable.
  const auto place = is_plain(path) ? real_path(path).parent_path().string() : path;
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) {
    errno = EISDIR;
  } else if (::access(place.c_str(), W_OK) == 0) {
    return {};
  }
  return cannot(Word::app_cannot_write, path, why());
}

Result<std::string> read_file(const std::string& path, std::size_t longest) {
  const Fd in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) {
    return cannot(Word::app_cannot_read, path, why());
  }
  std::string text;
  std::array<char, 4096> block{};
  while (text.size() <= longest) {
    const auto got = ::read(in.get(), block.data(), block.size());
    if (got < 0 && errno != EINTR) {
      return cannot(Word::app_cannot_read, path, why());
    }
    if (got == 0) {
      break;
    }
    text.append(block.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  }
  return text;
}

Result<std::string> read_first_line(const std::string& path) {
  constexpr std::size_t longest = 64UL * 1024;
  const Fd in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) {
    return cannot(Word::app_cannot_read, path, why());
  }
  std::string text;
  std::array<char, 4096> block{};
  while (text.find('\n') == std::string::npos) {
    if (text.size() > longest) {
      return cannot(
          Word::app_cannot_read, path, say(Word::app_line_too_long, {std::to_string(longest)}));
    }
    const auto got = ::read(in.get(), block.data(), block.size());
    if (got < 0 && errno != EINTR) {
      return cannot(Word::app_cannot_read, path, why());
    }
    if (got == 0) {
      break;
    }
    text.append(block.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  }
  text.resize(std::min(text.find('\n'), text.size()));
  if (!text.empty() && text.back() == '\r') {
    text.pop_back();
  }
  return text;
}

}  // namespace spranga::app
