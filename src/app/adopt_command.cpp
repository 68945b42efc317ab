#include "app/adopt_command.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "app/output.h"
#include "app/parse_arguments.h"
#include "base/fd.h"
#include "guard/config/configuration.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;
namespace fs = std::filesystem;

struct AdoptSettings {
  std::string from{"/etc/fail2ban"};
  std::string to{"/etc/spranga"};
};

std::vector<Option> bind_adopt(AdoptSettings& settings) {
  constexpr auto group = Word::group_adopt;
  const auto store = [](std::string& place) {
    return [&place](const std::string& value) {
      place = value;
      return Result<void>();
    };
  };
  // clang-format off
  return {
      {"--from", "", Word::argument_folder, "/etc/fail2ban", Word::option_from, group, {}, store(settings.from)},
      {"--to", "", Word::argument_folder, "/etc/spranga", Word::option_to, group, {}, store(settings.to)},
  };
  // clang-format on
}

Failure errno_failure(const fs::path& path) {
  return fail(Errc::io,
              path.string() + ": " + std::error_code(errno, std::generic_category()).message());
}

/// Interrupts wait until the copy is there as a whole, or is gone.
class HeldSignals {
public:
  HeldSignals() {
    sigset_t held;
    sigemptyset(&held);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      sigaddset(&held, signal);
    }
    ::pthread_sigmask(SIG_BLOCK, &held, &before_);
  }

  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  HeldSignals(HeldSignals&&) = delete;
  HeldSignals& operator=(HeldSignals&&) = delete;

  ~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
  sigset_t before_{};
};

/// Mode and, where that is allowed, owner; the owner first, since changing it clears bits.
Result<void> dress(const fs::path& path, const struct stat& status) {
  if (::lchown(path.c_str(), status.st_uid, status.st_gid) != 0 && errno != EPERM) {
    return errno_failure(path);
  }
  if (!S_ISLNK(status.st_mode) && ::chmod(path.c_str(), status.st_mode & 07777U) != 0) {
    return errno_failure(path);
  }
  return {};
}

Result<void> copy_regular(const fs::path& from, const fs::path& to) {
  const Fd in(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!in) {
    return errno_failure(from);
  }
  const Fd out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!out) {
    return errno_failure(to);
  }
  std::array<char, 64UL * 1024> block{};
  for (;;) {
    const auto got = ::read(in.get(), block.data(), block.size());
    if (got < 0) {
      return errno_failure(from);
    }
    if (got == 0) {
      return ::fsync(out.get()) == 0 ? Result<void>() : errno_failure(to);
    }
    for (ssize_t done = 0; done < got;) {
      const auto put =
          ::write(out.get(), block.data() + done, static_cast<std::size_t>(got - done));
      if (put < 0) {
        return errno_failure(to);
      }
      done += put;
    }
  }
}

/// Whether `path` lies in `folder`, or is it.
bool is_inside(const fs::path& path, const fs::path& folder) {
  const auto relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

class Copy {
public:
  explicit Copy(fs::path root) : root_(std::move(root)) {}

  // NOLINTNEXTLINE(misc-no-recursion): as deep as the folder
  [[nodiscard]] Result<void> folder(const fs::path& from, const fs::path& to) {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(from, failed)) {
      SPRANGA_CHECK(one(entry.path(), to / entry.path().filename()));
    }
    return failed ? fail(Errc::io, from.string() + ": " + failed.message()) : Result<void>();
  }

  [[nodiscard]] Adopted take() { return std::move(done_); }

private:
  // NOLINTNEXTLINE(misc-no-recursion)
  [[nodiscard]] Result<void> one(const fs::path& from, const fs::path& to) {
    struct stat status {};

    if (::lstat(from.c_str(), &status) != 0) {
      return errno_failure(from);
    }
    const auto kind = status.st_mode & S_IFMT;
    if (kind != S_IFREG && kind != S_IFDIR && kind != S_IFLNK) {
      done_.left_out.push_back(from.string());
      return {};
    }
    auto copied = content(kind, from, to);
    return copied ? dress(to, status) : copied;
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  [[nodiscard]] Result<void> content(mode_t kind, const fs::path& from, const fs::path& to) {
    if (kind == S_IFREG) {
      ++done_.files;
      return copy_regular(from, to);
    }
    if (kind == S_IFLNK) {
      ++done_.links;
      return link(from, to);
    }
    ++done_.folders;
    return ::mkdir(to.c_str(), 0700) == 0 ? folder(from, to) : errno_failure(to);
  }

  [[nodiscard]] Result<void> link(const fs::path& from, const fs::path& to) {
    std::error_code failed;
    const auto target = fs::read_symlink(from, failed);
    if (failed) {
      return fail(Errc::io, from.string() + ": " + failed.message());
    }
    if (target.is_absolute() && is_inside(target.lexically_normal(), root_)) {
      done_.links_back.push_back(from.string());
    }
    return ::symlink(target.c_str(), to.c_str()) == 0 ? Result<void>() : errno_failure(to);
  }

  fs::path root_;
  Adopted done_;
};

fs::path whole_path(const std::string& path) {
  std::error_code failed;
  auto whole = fs::absolute(path, failed).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

Result<Adopted> copy_beside(const fs::path& from, const fs::path& to) {
  struct stat status {};

  if (::stat(from.c_str(), &status) != 0) {
    return errno_failure(from);
  }
  auto beside = (to.parent_path() / ("." + to.filename().string() + ".XXXXXX")).string();
  if (::mkdtemp(beside.data()) == nullptr) {
    return errno_failure(to.parent_path());
  }
  Copy copy(from);
  auto done = copy.folder(from, beside);
  done = done ? dress(beside, status) : done;
  if (done && ::renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
    done = errno_failure(to);
  }
  if (!done) {
    std::error_code ignored;  // the first error is the one to tell
    fs::remove_all(beside, ignored);
    return Failure(done.error());
  }
  return copy.take();
}

}  // namespace

Result<Adopted> adopt(const std::string& from, const std::string& to) {
  const auto source = whole_path(from);
  const auto target = whole_path(to);
  std::error_code failed;
  if (!fs::is_directory(source, failed)) {
    return fail(Errc::not_found, say(Word::adopt_not_there, {from}));
  }
  if (fs::symlink_status(target, failed).type() != fs::file_type::not_found) {
    return fail(Errc::conflict, say(Word::adopt_exists, {to}));
  }
  const auto real_source = fs::weakly_canonical(source, failed);
  const auto real_target = fs::weakly_canonical(target, failed);
  if (failed || is_inside(real_target, real_source)) {
    return fail(Errc::malformed, say(Word::adopt_inside, {from, to}));
  }
  const HeldSignals held;
  auto done = copy_beside(source, target);
  if (!done) {
    return fail(done.error().code, say(Word::adopt_failed, {from, to, done.error().detail}));
  }
  return done;
}

std::vector<Option> adopt_command_options() {
  AdoptSettings nobody_reads;
  auto options = bind_adopt(nobody_reads);
  for (auto& option : options) {
    option.apply = [](const std::string&) { return Result<void>(); };
  }
  return options;
}

int adopt_command(std::span<const std::string> arguments) {
  AdoptSettings settings;
  const auto rest = parse_arguments(bind_adopt(settings), arguments);
  if (!rest) {
    return usage_error(rest.error().detail, "spranga help adopt");
  }
  if (!rest->empty()) {
    return usage_error(say(Word::app_too_many_arguments, {rest->front()}), "spranga help adopt");
  }
  const auto done = adopt(settings.from, settings.to);
  if (!done) {
    return usage_error(done.error().detail);
  }
  for (const auto& path : done->left_out) {
    tell(say(Word::adopt_skipped, {path}));
  }
  for (const auto& path : done->links_back) {
    tell(say(Word::adopt_link_back, {path, settings.from}));
  }
  auto text = say(Word::adopt_done,
                  {std::to_string(done->files),
                   std::to_string(done->folders),
                   std::to_string(done->links),
                   settings.from,
                   settings.to}) +
              "\n";
  if (whole_path(settings.to) == guard::config::default_folder()) {
    text += say(Word::adopt_next, {settings.to, settings.from}) + "\n";
  }
  return print(text);
}

}  // namespace spranga::app
