#include "guard/logs/local_log_files.h"

#include <glob.h>
#include <sys/inotify.h>

#include <cerrno>
#include <system_error>

#include "text/escape.h"

namespace spranga::guard {

namespace {

constexpr std::uint32_t file_events =
    IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVE_SELF | IN_DELETE_SELF;
constexpr std::uint32_t folder_events = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                        IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR;

/// Of what is open, not of what its name may lead to by now.
int add_watch(int inotify, int fd, std::uint32_t events) {
  return ::inotify_add_watch(inotify, ("/proc/self/fd/" + std::to_string(fd)).c_str(), events);
}

}  // namespace

Result<std::unique_ptr<LocalLogFiles>> LocalLogFiles::make(Links links) {
  Fd inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify) {
    return fail(Errc::io, "inotify: " + std::generic_category().message(errno));
  }
  return std::unique_ptr<LocalLogFiles>(new LocalLogFiles(std::move(inotify), links));
}

Result<std::vector<std::string>> LocalLogFiles::expand(const std::string& pattern) {
  std::vector<std::string> out;
  if (pattern.find('\0') != std::string::npos) {
    return out;
  }
  glob_t found{};
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment or the users meanwhile
  const int code = ::glob(pattern.c_str(), GLOB_NOESCAPE, nullptr, &found);
  for (std::size_t i = 0; code == 0 && i < found.gl_pathc && out.size() < most_expanded; ++i) {
    out.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  if (code == GLOB_NOSPACE) {
    return fail(Errc::io, text::escape(pattern) + ": no memory for its names");
  }
  return out;
}

Result<OpenLog> LocalLogFiles::open(const std::string& path, bool watched) {
  OpenLog out;
  SPRANGA_TRY(out.fd, walk_to_log(path, links_));
  if (watched) {
    out.wd = add_watch(inotify_.get(), out.fd.get(), file_events);
  }
  return out;
}

Result<int> LocalLogFiles::watch_folder(const std::string& path) {
  SPRANGA_TRY(const auto folder, walk_to_folder(path, links_));
  const int wd = add_watch(inotify_.get(), folder.get(), folder_events);
  if (wd < 0) {
    const int code = errno;
    return fail(
        code == EACCES ? Errc::denied : Errc::io,
        text::escape(path) + ": cannot be watched: " + std::generic_category().message(code));
  }
  return wd;
}

void LocalLogFiles::forget(int wd) {
  ::inotify_rm_watch(inotify_.get(), wd);  // gone already: nothing to forget
}

}  // namespace spranga::guard
