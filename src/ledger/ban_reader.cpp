#include "ledger/ban_reader.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <utility>

#include "ledger/recall.h"

namespace spranga::ledger {

BanReader::BanReader(Database db, ban::Instant now)
    : ready_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  // The thread inherits the mask: signals go to whoever started it.
  sigset_t all{};
  sigset_t before{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this, now, own = std::move(db)]() mutable { read(own, now); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

BanReader::BanReader(std::vector<BanMade> bans, std::string trouble)
    : ready_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), trouble_(std::move(trouble)) {
  for (std::size_t at = 0; at < bans.size(); at += portion_size) {
    const auto first = bans.begin() + static_cast<std::ptrdiff_t>(at);
    const auto size = std::min(portion_size, bans.size() - at);
    portions_.push_back({{},
                         {std::make_move_iterator(first),
                          std::make_move_iterator(first + static_cast<std::ptrdiff_t>(size))}});
  }
  ended_ = true;
  ::eventfd_write(ready_.get(), 1);
}

BanReader::~BanReader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void BanReader::read(Database& db, ban::Instant now) {
  Portion portion;
  // One state of the database, whatever is written meanwhile; without it they are read as they
  // come.
  static_cast<void>(db.run("BEGIN"));
  const auto ahead = read_ahead(db, now);
  // Where a page is damaged, either reading may find what the other one cannot.
  const auto all = each_running_ban(db, now, [&](BanMade made) {
    portion.bans.push_back(std::move(made));
    return portion.bans.size() < portion_size || hand_over(std::exchange(portion, {}));
  });
  if (!portion.bans.empty()) {
    hand_over(std::move(portion));
  }
  end(!all ? all.error().detail : !ahead ? ahead.error().detail : "");
}

/// Of no use where one portion is all.
Result<void> BanReader::read_ahead(Database& db, ban::Instant now) {
  Portion portion;
  bool any = false;
  auto done = each_running_target(db, now, [&](ban::Ban ban) {
    const bool is_full = portion.ahead.size() == portion_size;
    any = any || is_full;
    if (is_full && !hand_over(std::exchange(portion, {}))) {
      return false;
    }
    portion.ahead.push_back(std::move(ban));
    return true;
  });
  if (any && !portion.ahead.empty()) {
    hand_over(std::move(portion));
  }
  return done;
}

bool BanReader::hand_over(Portion portion) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || portions_.size() < most_portions; });
  portions_.push_back(std::move(portion));
  ::eventfd_write(ready_.get(), 1);
  changed_.notify_all();
  return !stopping_;
}

void BanReader::end(std::string trouble) {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  trouble_ = std::move(trouble);
  ::eventfd_write(ready_.get(), 1);
  changed_.notify_all();
}

BanReader::Portion BanReader::take(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return ended_ || !portions_.empty(); });
  if (portions_.empty()) {
    return {};
  }
  auto out = std::move(portions_.front());
  portions_.pop_front();
  if (portions_.empty() && !ended_) {
    eventfd_t count = 0;
    ::eventfd_read(ready_.get(), &count);
  }
  changed_.notify_all();
  return out;
}

bool BanReader::is_done() const {
  const std::lock_guard lock(mutex_);
  return ended_ && portions_.empty();
}

std::string BanReader::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

}  // namespace spranga::ledger
