#include "net_helper/desk.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "text/ascii.h"

namespace spranga::net_helper {

namespace {

/// What may be shared and remembered; "" for a mail.
std::string key_of(const Request& request) {
  switch (request.what) {
    case Request::What::addresses:
      return "a " + text::to_lower(request.text);
    case Request::What::names:
      return "n " + text::to_lower(request.text);
    case Request::What::mail:
      break;
  }
  return "";
}

}  // namespace

void Desk::on_request(Request request, SteadyTime now) {
  const auto key = key_of(request);
  if (const auto* known = known_answer(key, now); known != nullptr) {
    auto answer = *known;
    answer.number = request.number;
    answers_.push_back(std::move(answer));
    return;
  }
  if (waiting_.size() >= most_open) {
    refuse(request.number, Errc::too_large, "too many requests at once");
    return;
  }
  const auto deadline = now + request.timeout;
  const auto number = request.number;
  const auto shared = key.empty() ? shared_.end() : shared_.find(key);
  if (shared != shared_.end()) {
    auto& work = jobs_.at(shared->second);
    work.deadline = std::max(work.deadline, deadline);
    waiting_.emplace(deadline, Waiting{number, shared->second});
    return;
  }
  const auto job = ++last_job_;
  (key.empty() ? mails_to_do_ : names_to_do_).push_back(job);
  if (!key.empty()) {
    shared_.emplace(key, job);
  }
  jobs_.emplace(job, Work{key, std::move(request), deadline});
  waiting_.emplace(deadline, Waiting{number, job});
}

void Desk::on_done(std::uint64_t job, Answer outcome, SteadyTime now) {
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) {
    return;
  }
  const auto key = found->second.key;
  jobs_.erase(found);
  if (!key.empty()) {
    shared_.erase(key);
    remember(key, outcome, now);
  }
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (at->second.job != job) {
      ++at;
      continue;
    }
    outcome.number = at->second.number;
    answers_.push_back(outcome);
    at = waiting_.erase(at);
  }
}

void Desk::on_clock(SteadyTime now) {
  bool some = false;
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    refuse(waiting_.begin()->second.number, Errc::timeout, "no answer in time");
    waiting_.erase(waiting_.begin());
    some = true;
  }
  if (some) {
    forget_jobs_for_nobody();
  }
}

bool Desk::take_job(bool mail, Job& job) {
  auto& line = mail ? mails_to_do_ : names_to_do_;
  if (line.empty()) {
    return false;
  }
  const auto number = line.front();
  line.pop_front();
  const auto& work = jobs_.at(number);
  job = {number, work.request, work.deadline};
  return true;
}

SteadyTime Desk::next_deadline() const {
  return waiting_.empty() ? SteadyTime::max() : waiting_.begin()->first;
}

const Answer* Desk::known_answer(const std::string& key, SteadyTime now) const {
  const auto found = key.empty() ? cache_.end() : cache_.find(key);
  return found != cache_.end() && found->second.until > now ? &found->second.answer : nullptr;
}

void Desk::remember(const std::string& key, const Answer& answer, SteadyTime now) {
  if (const auto old = cache_.find(key); old != cache_.end()) {
    oldest_.erase(old->second.place);
    cache_.erase(old);
  }
  if (cache_.size() >= most_known) {
    cache_.erase(oldest_.front());
    oldest_.pop_front();
  }
  const auto until = now + (answer.error.empty() ? SteadyTime::duration(known_for) : trouble_for);
  oldest_.push_back(key);
  cache_.emplace(key, Known{answer, until, std::prev(oldest_.end())});
}

void Desk::refuse(std::uint64_t number, Errc code, std::string why) {
  Answer answer;
  answer.number = number;
  answer.code = code;
  answer.error = std::move(why);
  answers_.push_back(std::move(answer));
}

/// Work that no worker has begun and nobody waits for is left undone.
void Desk::forget_jobs_for_nobody() {
  std::set<std::uint64_t> wanted;
  for (const auto& [deadline, waiting] : waiting_) {
    wanted.insert(waiting.job);
  }
  for (auto* line : {&names_to_do_, &mails_to_do_}) {
    line->remove_if([&](std::uint64_t job) {
      if (wanted.contains(job)) {
        return false;
      }
      shared_.erase(jobs_.at(job).key);
      jobs_.erase(job);
      return true;
    });
  }
}

}  // namespace spranga::net_helper
