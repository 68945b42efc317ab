#include "net_helper/workers.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace spranga::net_helper {

/// One line of jobs a kind, and its threads.
struct Workers::Shared {
  struct Crew {
    std::deque<Job> jobs;
    std::size_t threads{0};
    std::size_t idle{0};
    std::condition_variable called;
  };

  Shared(Do doing, Fd waking) : work(std::move(doing)), wake(std::move(waking)) {}

  void toil(bool mail) {
    auto& crew = crews[mail ? 1 : 0];
    std::unique_lock lock(mutex);
    for (;;) {
      ++crew.idle;
      crew.called.wait(lock, [&] { return !crew.jobs.empty(); });
      --crew.idle;
      const auto job = std::move(crew.jobs.front());
      crew.jobs.pop_front();
      lock.unlock();
      auto outcome = work(job);
      lock.lock();
      done.emplace_back(mail, Done{job.number, std::move(outcome)});
      const std::uint64_t one = 1;
      // Full: it is readable all the same.
      [[maybe_unused]] const auto written = ::write(wake.get(), &one, sizeof one);
    }
  }

  Do work;
  Fd wake;
  std::mutex mutex;
  std::array<Crew, 2> crews;
  std::vector<std::pair<bool, Done>> done;
};

Workers::Workers(Do work, Fd wake)
    : shared_(std::make_shared<Shared>(std::move(work), std::move(wake))) {}

Result<std::unique_ptr<Workers>> Workers::make(Do work) {
  Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) {
    return fail(Errc::io, "eventfd failed");
  }
  return std::unique_ptr<Workers>(new Workers(std::move(work), std::move(wake)));
}

void Workers::begin(bool mail, Job job) {
  ++(mail ? busy_mail_ : busy_names_);
  const std::lock_guard lock(shared_->mutex);
  auto& crew = shared_->crews[mail ? 1 : 0];
  crew.jobs.push_back(std::move(job));
  if (crew.idle < crew.jobs.size() && crew.threads < most(mail)) {
    ++crew.threads;
    std::thread([shared = shared_, mail] { shared->toil(mail); }).detach();
  }
  crew.called.notify_one();
}

std::vector<Workers::Done> Workers::take_done() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(shared_->wake.get(), &count, sizeof count);
  const std::lock_guard lock(shared_->mutex);
  std::vector<Done> out;
  for (auto& [mail, one] : shared_->done) {
    --(mail ? busy_mail_ : busy_names_);
    out.push_back(std::move(one));
  }
  shared_->done.clear();
  return out;
}

int Workers::fd() const {
  return shared_->wake.get();
}

}  // namespace spranga::net_helper
