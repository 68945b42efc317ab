#include "action_runner/jail_queue.h"

#include <utility>

namespace spranga::action_runner {

namespace {

constexpr std::size_t longest_line = 32UL * 1024;
constexpr std::size_t enough_for_a_message = 64UL * 1024;

std::size_t size_of(const Request& request) {
  std::size_t out = request.action.size();
  for (const auto* list : {&request.tags, &request.fields}) {
    for (const auto& [name, value] : *list) {
      out += name.size() + value.size();
    }
  }
  return out;
}

/// Cut between characters.
void clip(std::string& text) {
  if (text.size() <= longest_line) {
    return;
  }
  auto end = longest_line;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  text.resize(end);
  text += "…";
}

}  // namespace

JailQueue::JailQueue(JailPlan plan, const Common& common, Outbox& outbox, unsigned number)
    : outbox_(outbox),
      log_([this](LogLine line) { say(std::move(line)); }),
      actions_(std::move(plan), common, log_, number),
      thread_([this] { work(); }) {}

JailQueue::~JailQueue() {
  finish();
  thread_.join();
}

void JailQueue::finish() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
}

Result<void> JailQueue::add(Request request) {
  auto jail = request.jail;
  const auto size = size_of(request);
  return put(std::move(request), size)
             ? Result<void>()
             : fail(Errc::too_large, "too much waits for the actions of the jail " + jail);
}

Result<void> JailQueue::add(Letter letter) {
  const auto size = letter.message.size();
  return put(std::move(letter), size) ? Result<void>()
                                      : fail(Errc::too_large, "too many mails wait");
}

/// False: too much waits.
bool JailQueue::put(Task task, std::size_t size) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_waiting || waiting_bytes_ + size > most_waiting_bytes) {
      return false;
    }
    waiting_bytes_ += size;
    waiting_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void JailQueue::replace(JailPlan plan) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(std::move(plan));
  }
  wake_.notify_one();
}

std::optional<JailQueue::Task> JailQueue::next() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
  if (waiting_.empty()) {
    return std::nullopt;
  }
  auto task = std::move(waiting_.front());
  waiting_.pop_front();
  if (const auto* request = std::get_if<Request>(&task)) {
    waiting_bytes_ -= size_of(*request);
  } else if (const auto* letter = std::get_if<Letter>(&task)) {
    waiting_bytes_ -= letter->message.size();
  }
  return task;
}

void JailQueue::work() {
  while (auto task = next()) {
    if (auto* plan = std::get_if<JailPlan>(&*task)) {
      answer_.order = 0;
      actions_.replace(std::move(*plan));
      send_lines(std::nullopt);
      continue;
    }
    if (const auto* letter = std::get_if<Letter>(&*task)) {
      answer_.order = letter->order;
      send_lines(hand_over(*letter));
      continue;
    }
    const auto& request = std::get<Request>(*task);
    answer_.order = request.order;
    auto reply = actions_.carry_out(request);
    reply.order = request.order;
    send_lines(std::move(reply));
  }
  finished_ = true;
  outbox_.wake();
}

void JailQueue::say(LogLine line) {
  clip(line.text);
  constexpr std::size_t around = 16;  // of a line's own numbers
  answer_bytes_ += line.text.size() + line.logger.size() + around;
  answer_.lines.push_back(std::move(line));
  if (answer_bytes_ > enough_for_a_message) {
    send_lines(std::nullopt);
  }
}

void JailQueue::send_lines(std::optional<Reply> reply) {
  answer_.reply = std::move(reply);
  if (answer_.reply || !answer_.lines.empty()) {
    outbox_.add(pack(answer_));
  }
  answer_.lines.clear();
  answer_bytes_ = 0;
}

}  // namespace spranga::action_runner
