// Desk: who asked for what, and until when; what is known already. Decisions only: it is told the
// time, hands out work, and hands out answers.
//
// Every request is answered once, by its deadline, whatever becomes of the work. Who asks for the
// same name at the same time shares the work.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "net_helper/messages.h"

namespace spranga::net_helper {

/// What a worker is to do. Its outcome is an Answer with the job's number.
struct Job {
  std::uint64_t number{0};
  Request request;
  SteadyTime deadline;
};

class Desk {
public:
  /// A request that was read and checked.
  void on_request(Request request, SteadyTime now);

  /// A job has come to its end. One that nobody waits for any more still serves the cache.
  void on_done(std::uint64_t job, Answer outcome, SteadyTime now);

  /// Those whose time is up are told so.
  void on_clock(SteadyTime now);

  /// Work for a worker that is free; `mail`: of which kind. False: there is none.
  [[nodiscard]] bool take_job(bool mail, Job& job);

  [[nodiscard]] std::vector<Answer> take_answers() { return std::exchange(answers_, {}); }

  /// When on_clock has something to do; the far future where nobody waits.
  [[nodiscard]] SteadyTime next_deadline() const;

  [[nodiscard]] std::size_t open_requests() const { return waiting_.size(); }

  [[nodiscard]] std::size_t known() const { return cache_.size(); }

  static constexpr std::size_t most_open = 2000;
  static constexpr std::size_t most_known = 10'000;
  static constexpr std::chrono::minutes known_for{5};
  /// An error of a name server is believed for so long: else each line of a flood would ask again.
  static constexpr std::chrono::seconds trouble_for{10};

private:
  struct Waiting {
    std::uint64_t number{0};
    std::uint64_t job{0};
  };

  struct Work {
    std::string key;  // "" = nobody shares it
    Request request;
    SteadyTime deadline;  // the latest of those who wait
  };

  struct Known {
    Answer answer;
    SteadyTime until;
    std::list<std::string>::iterator place;
  };

  [[nodiscard]] const Answer* known_answer(const std::string& key, SteadyTime now) const;
  void remember(const std::string& key, const Answer& answer, SteadyTime now);
  void refuse(std::uint64_t number, Errc code, std::string why);
  void forget_jobs_for_nobody();

  std::uint64_t last_job_{0};
  std::multimap<SteadyTime, Waiting> waiting_;  // by deadline
  std::map<std::uint64_t, Work> jobs_;          // not done yet
  std::unordered_map<std::string, std::uint64_t> shared_;
  std::list<std::uint64_t> names_to_do_;
  std::list<std::uint64_t> mails_to_do_;
  std::unordered_map<std::string, Known> cache_;
  std::list<std::string> oldest_;  // keys of the cache, the oldest first
  std::vector<Answer> answers_;
};

}  // namespace spranga::net_helper
