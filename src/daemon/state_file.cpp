#include "daemon/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/fd.h"

namespace spranga::daemon {

namespace {

Failure failed(const std::string& path) {
  return fail(Errc::io, path + ": " + std::system_category().message(errno));
}

/// Beside it first: after a crash there is the old one or the new one, never half of one.
Result<void> write_whole(const std::string& path, const std::string& bytes) {
  const auto beside = path + ".new";
  const Fd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) {
    return failed(beside);
  }
  for (std::size_t at = 0; at < bytes.size();) {
    const auto size = ::write(fd.get(), bytes.data() + at, bytes.size() - at);
    if (size < 0 && errno != EINTR) {
      return failed(beside);
    }
    at += size > 0 ? static_cast<std::size_t>(size) : 0;
  }
  if (::fsync(fd.get()) != 0 || ::rename(beside.c_str(), path.c_str()) != 0) {
    return failed(path);
  }
  return {};
}

}  // namespace

StateFile::~StateFile() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

Result<std::string> StateFile::read() const {
  struct stat facts {};

  if (path_.empty() || ::stat(path_.c_str(), &facts) != 0) {
    return std::string();
  }
  if (static_cast<std::size_t>(facts.st_size) > largest) {
    return fail(Errc::too_large, path_ + ": too large");
  }
  std::ifstream in(path_, std::ios::binary);
  if (!in) {
    return failed(path_);
  }
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void StateFile::keep(std::string bytes) {
  if (path_.empty()) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    next_ = std::move(bytes);
  }
  if (!thread_.joinable()) {
    thread_ = std::thread([this] { work(); });
  }
  wake_.notify_all();
}

void StateFile::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return ending_ || next_; });
    if (!next_) {
      return;
    }
    const auto bytes = *std::exchange(next_, std::nullopt);
    writing_ = true;
    lock.unlock();
    const auto written = write_whole(path_, bytes);
    lock.lock();
    writing_ = false;
    if (!written) {
      trouble_ = written.error().detail;
    }
    wake_.notify_all();
  }
}

Result<void> StateFile::flush(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  const bool done = wake_.wait_for(lock, time, [this] { return !next_ && !writing_; });
  return done ? Result<void>() : fail(Errc::timeout, path_ + ": not written in time");
}

std::string StateFile::take_trouble() {
  const std::lock_guard lock(mutex_);
  return std::exchange(trouble_, "");
}

}  // namespace spranga::daemon
