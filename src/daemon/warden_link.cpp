#include "daemon/warden_link.h"

#include <utility>

namespace spranga::daemon {

namespace {

using plan::Ask;

constexpr int longest_wait_ms = 90'000;

}  // namespace

Result<WardenLink::Given> WardenLink::ask(const Ask& ask) {
  SPRANGA_CHECK(channel_.send(plan::pack(ask)));
  SPRANGA_TRY(auto message, channel_.wait(longest_wait_ms));
  SPRANGA_TRY(auto answer, plan::read_answer(message.bytes));
  if (!answer.error.empty()) {
    return fail(answer.code, answer.error);
  }
  return Given{std::move(answer), std::move(message.fds)};
}

void WardenLink::say(Ask::What what) {
  // Where the warden is gone, its other channel tells.
  static_cast<void>(channel_.send(plan::pack(Ask{what, "", 0})));
}

Result<std::vector<std::string>> WardenLogFiles::expand(const std::string& pattern) {
  SPRANGA_TRY(auto given, warden_.ask({Ask::What::expand, pattern, 0}));
  return std::move(given.answer.texts);
}

Result<guard::OpenLog> WardenLogFiles::open(const std::string& path, bool watched) {
  SPRANGA_TRY(auto given, warden_.ask({Ask::What::open_log, path, watched ? 1 : 0}));
  if (given.fds.size() != 1) {
    return fail(Errc::malformed, "the warden sent no log");
  }
  return guard::OpenLog{std::move(given.fds.front()), static_cast<int>(given.answer.number)};
}

Result<int> WardenLogFiles::watch_folder(const std::string& path) {
  SPRANGA_TRY(const auto given, warden_.ask({Ask::What::watch_folder, path, 0}));
  return static_cast<int>(given.answer.number);
}

void WardenLogFiles::forget(int wd) {
  // A watch that is left over costs an event that nobody knows.
  static_cast<void>(warden_.ask({Ask::What::forget_watch, "", wd}));
}

}  // namespace spranga::daemon
