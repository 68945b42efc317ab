#include "guard/logs/log_walk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <system_error>

#include "text/escape.h"

namespace spranga::guard {

namespace {

constexpr int most_links = 40;    // as the kernel
constexpr int most_steps = 1000;  // folders and links of one way

Failure no_way(const std::string& path, int code) {
  const auto kind = code == ENOENT || code == ENOTDIR ? Errc::not_found
                    : code == EACCES || code == EPERM ? Errc::denied
                                                      : Errc::io;
  return fail(kind, text::escape(path) + ": " + std::generic_category().message(code));
}

Failure refused(const std::string& path, const std::string& why) {
  return fail(Errc::denied, text::escape(path) + ": " + why);
}

std::deque<std::string> steps_of(const std::string& path) {
  std::deque<std::string> out;
  std::size_t begin = 0;
  while (begin < path.size()) {
    const auto end = std::min(path.find('/', begin), path.size());
    if (end > begin && path.compare(begin, end - begin, ".") != 0) {
      out.push_back(path.substr(begin, end - begin));
    }
    begin = end + 1;
  }
  return out;
}

bool only_root_writes(const struct stat& facts) {
  const bool group = (facts.st_mode & S_IWGRP) != 0 && facts.st_gid != 0;
  return facts.st_uid == 0 && !group && (facts.st_mode & S_IWOTH) == 0;
}

/// What a way ended at, or the folder and name where nothing could be opened yet.
struct WayEnd {
  Fd at;      // O_PATH
  Fd folder;  // the folder that it lies in
  std::string name;

  struct stat facts {};

  struct stat folder_facts {};

  bool trusted{true};  // only root could have made it so
};

class Walk {
public:
  Walk(const std::string& path, Links links) : path_(path), links_(links) {}

  Result<WayEnd> go() {
    if (!path_.starts_with('/') || path_.find('\0') != std::string::npos) {
      return refused(path_, "a path from / is needed");
    }
    steps_ = steps_of(path_);
    SPRANGA_CHECK(begin_at_root());
    for (int count = 0; !steps_.empty(); ++count) {
      if (count > most_steps) {
        return no_way(path_, ENAMETOOLONG);
      }
      auto name = std::move(steps_.front());
      steps_.pop_front();
      SPRANGA_CHECK(step(std::move(name)));
    }
    if (followed_ > 0 && !end_.trusted && links_ == Links::trusted) {
      return refused(path_, "a symbolic link on its way could have been made by somebody but root");
    }
    return std::move(end_);
  }

private:
  Result<void> begin_at_root() {
    end_.at = Fd(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!end_.at || ::fstat(end_.at.get(), &end_.facts) != 0) {
      return no_way(path_, errno);
    }
    end_.trusted = end_.trusted && only_root_writes(end_.facts);
    return {};
  }

  Result<void> step(std::string name) {
    Fd next(::openat(end_.at.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));

    struct stat facts {};

    if (!next || ::fstat(next.get(), &facts) != 0) {
      return no_way(path_, errno);
    }
    if (S_ISLNK(facts.st_mode)) {
      return follow(next.get(), facts);
    }
    if (!S_ISDIR(facts.st_mode) && !steps_.empty()) {
      return no_way(path_, ENOTDIR);
    }
    if (S_ISDIR(facts.st_mode)) {
      end_.trusted = end_.trusted && only_root_writes(facts);
    }
    end_.folder = std::move(end_.at);
    end_.folder_facts = end_.facts;
    end_.at = std::move(next);
    end_.facts = facts;
    end_.name = std::move(name);
    return {};
  }

  Result<void> follow(int link, const struct stat& facts) {
    if (++followed_ > most_links) {
      return no_way(path_, ELOOP);
    }
    end_.trusted = end_.trusted && facts.st_uid == 0;
    std::array<char, PATH_MAX> target{};
    const auto length = ::readlinkat(link, "", target.data(), target.size());
    if (length < 0) {
      return no_way(path_, errno);
    }
    const std::string to(target.data(), static_cast<std::size_t>(length));
    auto more = steps_of(to);
    steps_.insert(steps_.begin(), more.begin(), more.end());
    return to.starts_with('/') ? begin_at_root() : Result<void>();
  }

  const std::string& path_;
  Links links_;
  std::deque<std::string> steps_;
  WayEnd end_;
  int followed_{0};
};

}  // namespace

Result<Fd> walk_to_folder(const std::string& path, Links links) {
  SPRANGA_TRY(auto end, Walk(path, links).go());
  if (!S_ISDIR(end.facts.st_mode)) {
    return no_way(path, ENOTDIR);
  }
  return std::move(end.at);
}

Result<Fd> walk_to_log(const std::string& path, Links links) {
  SPRANGA_TRY(const auto end, Walk(path, links).go());
  if (!S_ISREG(end.facts.st_mode)) {
    return refused(path, "no regular file");
  }
  const bool foreign = end.facts.st_uid != end.folder_facts.st_uid;
  if (links == Links::trusted && end.facts.st_nlink > 1 && foreign && !end.trusted) {
    return refused(path, "another name of somebody else's file");
  }
  // What is opened is what was looked at, or it is refused: O_NONBLOCK, should it be a FIFO by now.
  Fd fd(::openat(end.folder.get(),
                 end.name.c_str(),
                 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));

  struct stat facts {};

  if (!fd || ::fstat(fd.get(), &facts) != 0) {
    return no_way(path, errno);
  }
  if (facts.st_dev != end.facts.st_dev || facts.st_ino != end.facts.st_ino) {
    return no_way(path, ENOENT);
  }
  return fd;
}

}  // namespace spranga::guard
