#include "ledger/writer.h"

#include <fmt/core.h>
#include <sys/eventfd.h>

#include <array>
#include <csignal>
#include <ctime>

namespace spranga::ledger {

namespace {

using std::chrono::steady_clock;

/// Positions go into fail2ban's database, and the clock is looked at for the purge.
constexpr auto now_and_then = std::chrono::seconds(30);
constexpr auto purge_every = std::chrono::hours(1);
/// While somebody waits for the disk.
constexpr auto urgent_retry = std::chrono::milliseconds(20);
/// While there is more to do than one pass takes: who waits for the database comes in between.
constexpr auto give_way = std::chrono::milliseconds(1);
constexpr auto mirror_retry = std::chrono::seconds(5);

std::string iso_seconds(ban::Instant at) {
  const std::time_t raw = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&raw, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

}  // namespace

Writer::Writer(const LedgerFiles& files, const LedgerOptions& options, const Clock& clock)
    : options_(options),
      clock_(&clock),
      health_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      waiting_(options.most_waiting_bytes),
      store_(files, options, &stopping_) {}

Writer::~Writer() {
  stopping_ = true;
  wake_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

Result<void> Writer::start() {
  auto opened = store_.open(now());
  if (!opened && opened.error().code == Errc::conflict) {
    return opened;
  }
  notices_ = store_.take_notices();
  tell(own_trouble_, opened, options_.retry);
  purge_due_ = now();
  positions_due_ = steady_clock::now() + now_and_then;
  // The thread inherits the mask: signals go to whoever started it.
  sigset_t all{};
  sigset_t before{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { loop(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return {};
}

ban::Instant Writer::now() const {
  return std::chrono::floor<std::chrono::microseconds>(clock_->wall());
}

void Writer::note(Records together) {
  if (together.empty()) {
    return;
  }
  const auto at = now();
  const std::lock_guard lock(mutex_);
  const auto dropped = waiting_.dropped();
  waiting_.add(std::move(together), at);
  ++noted_;
  if (dropped == 0 && waiting_.dropped() > 0) {
    ::eventfd_write(health_fd_.get(), 1);
  }
  wake_.notify_one();
}

void Writer::set_jails(std::vector<KeptJail> jails) {
  const std::lock_guard lock(mutex_);
  waiting_.set_jails(jails);
  new_jails_ = std::move(jails);
  ++noted_;
  wake_.notify_one();
}

void Writer::set_limits(const Limits& limits) {
  const std::lock_guard lock(mutex_);
  new_limits_ = limits;
  ++noted_;
  wake_.notify_one();
}

Health Writer::health() const {
  const std::lock_guard lock(mutex_);
  return {trouble(), waiting_.size(), waiting_.dropped()};
}

std::vector<std::string> Writer::take_notices() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notices_, {});
}

Result<void> Writer::flush(std::chrono::milliseconds deadline) {
  std::unique_lock lock(mutex_);
  const auto wanted = noted_;
  ++flushing_;
  flush_began_ = true;
  wake_.notify_one();
  const bool all =
      done_.wait_for(lock, deadline, [&] { return written_ >= wanted && mirrored_ >= wanted; });
  --flushing_;
  if (!all) {
    const auto why = trouble();
    return fail(Errc::timeout,
                why.empty() ? "the ledger was not written in time" : "not written: " + why);
  }
  return {};
}

Result<void> Writer::with_own(const std::function<Result<void>(Database*)>& ask) {
  const std::lock_guard lock(store_mutex_);
  return ask(store_.own());
}

void Writer::loop() {
  std::unique_lock lock(mutex_);
  for (bool last = false; !last;) {
    wait_for_work(lock);
    last = stopping_;
    auto pass = begin_pass();
    lock.unlock();
    carry_out(pass);
    lock.lock();
    end_pass(std::move(pass));
  }
}

// After trouble the next try comes with time alone, not with the next record.
void Writer::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto now = steady_clock::now();
  const bool troubled = !own_trouble_.what.empty();
  auto until = now + now_and_then;
  if (troubled) {
    until = std::min(until, own_trouble_.again);
  }
  const bool mirror_troubled = !mirror_trouble_.what.empty() && store_.is_mirrored();
  if (mirror_troubled) {
    until = std::min(until, mirror_trouble_.again);
  }
  if (flushing_ > 0) {
    until = std::min(until, now + urgent_retry);
  }
  if (!troubled && (more_to_purge_ || more_to_mirror_)) {
    until = now + give_way;
  }
  wake_.wait_until(lock, until, [&] {
    const bool work = noted_ > written_ || !waiting_.empty();
    const bool unflushed = flushing_ > 0 && mirrored_ < noted_;
    return stopping_ || flush_began_ || (!troubled && (work || (unflushed && !mirror_troubled)));
  });
  if (!waiting_.empty() && !troubled) {
    wake_.wait_for(lock, options_.linger, [&] { return stopping_ || flushing_ > 0; });
  }
}

Writer::Pass Writer::begin_pass() {
  Pass pass;
  pass.entries = waiting_.take();
  pass.jails = std::exchange(new_jails_, std::nullopt);
  pass.limits = std::exchange(new_limits_, std::nullopt);
  pass.noted = noted_;
  pass.urgent = flushing_ > 0 || stopping_;
  flush_began_ = false;
  return pass;
}

void Writer::carry_out(Pass& pass) {
  const std::lock_guard lock(store_mutex_);
  const auto at = now();
  if (pass.jails) {
    store_.set_jails(*pass.jails);
  }
  if (pass.limits) {
    store_.set_limits(*pass.limits);
  }
  pass.own = store_.write(pass.entries, at);
  if (pass.own) {
    // Here, where nobody waits for the mutex of the queue.
    std::vector<Entry>().swap(pass.entries);
    mirror_and_purge(pass, at);
  }
}

void Writer::mirror_and_purge(Pass& pass, ban::Instant now) {
  const auto steady = steady_clock::now();
  // Only this thread writes mirror_trouble_, so it may read it without the mutex.
  const bool held_off = !pass.urgent && steady < mirror_trouble_.again;
  if (store_.is_mirrored() && !held_off) {
    pass.with_positions = pass.urgent || steady >= positions_due_;
    auto more = store_.mirror(now, pass.with_positions);
    while (pass.urgent && more && *more) {
      more = store_.mirror(now, pass.with_positions);
    }
    more_to_mirror_ = more && *more;
    pass.with_positions = pass.with_positions && !more_to_mirror_;
    pass.mirrored = more ? Result<void>() : Result<void>(Failure(more.error()));
    if (pass.with_positions) {
      positions_due_ = steady + now_and_then;
    }
  }
  if (now >= purge_due_ || more_to_purge_ || store_.has_grown()) {
    const bool first = now >= purge_due_;
    // What cannot be purged now is purged the next time; what is wrong, writing will say.
    const auto more = store_.purge(now, first);
    more_to_purge_ = more && *more;
    purge_due_ = first ? now + purge_every : purge_due_;
  }
}

void Writer::end_pass(Pass pass) {
  for (auto& notice : store_.take_notices()) {
    notices_.push_back(std::move(notice));
  }
  const auto before = trouble();
  tell(own_trouble_, pass.own, options_.retry);
  if (pass.mirrored) {
    tell(mirror_trouble_, *pass.mirrored, mirror_retry);
  }
  if (pass.own) {
    // What a closed gap held back was noted before: it is not written yet.
    const bool all = !waiting_.written(now());
    written_ = all ? pass.noted : written_;
    noted_ += all ? 0 : 1;
    if (all &&
        (!store_.is_mirrored() || (pass.mirrored && *pass.mirrored && pass.with_positions))) {
      mirrored_ = pass.noted;
    }
  } else {
    waiting_.put_back(std::move(pass.entries));
  }
  const auto dropped = waiting_.dropped();
  if (trouble() != before || dropped != told_dropped_) {
    told_dropped_ = dropped;
    ::eventfd_write(health_fd_.get(), 1);
  }
  done_.notify_all();
}

void Writer::tell(Trouble& trouble, const Result<void>& outcome, std::chrono::milliseconds again) {
  if (outcome) {
    trouble = {};
    return;
  }
  if (trouble.what.empty()) {
    trouble.since = iso_seconds(now());
  }
  trouble.what = outcome.error().detail;
  trouble.again = steady_clock::now() + again;
}

std::string Writer::trouble() const {
  std::string out;
  for (const auto* one : {&own_trouble_, &mirror_trouble_}) {
    if (!one->what.empty()) {
      out += fmt::format("{}{} (since {})", out.empty() ? "" : "; ", one->what, one->since);
    }
  }
  return out;
}

}  // namespace spranga::ledger
