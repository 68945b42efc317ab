#include "guard/config/problem.h"

#include <algorithm>
#include <utility>

#include "text/escape.h"

namespace spranga::guard::config {

namespace {

/// Without the jail's name in front, which the problem has anyway.
std::string without_jail(const std::string& jail, std::string message) {
  const auto prefix = "[" + jail + "] ";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : std::move(message);
}

}  // namespace

std::string to_text(const Problem& problem) {
  std::string out = problem.file;
  if (problem.line > 0) {
    out += ":" + std::to_string(problem.line);
  }
  out += out.empty() ? "" : ": ";
  if (!problem.jail.empty()) {
    out += "[" + problem.jail + "] ";
  }
  return text::escape(out + problem.message);
}

void Problems::warn(const Place& place, std::string message) {
  message = without_jail(jail, std::move(message));
  constexpr std::size_t enough = 1000;  // nobody reads more
  auto origin = origin_of(place);
  const bool known =
      list.size() >= enough || std::ranges::any_of(list, [&](const Problem& other) {
        return other.line == origin.line && other.file == origin.file && other.message == message;
      });
  if (!known) {
    list.push_back({Problem::Severity::warning,
                    jail,
                    std::move(origin.file),
                    origin.line,
                    std::move(message)});
  }
}

void Problems::note(const Place& place, std::string message) {
  message = without_jail(jail, std::move(message));
  auto origin = origin_of(place);
  if (!list.empty() && list.back().message == message && list.back().line == origin.line &&
      list.back().file == origin.file && list.back().jail == jail) {
    return;  // asked for twice
  }
  list.push_back(
      {Problem::Severity::error, jail, std::move(origin.file), origin.line, std::move(message)});
}

Failure Problems::refuse(const Place& place, std::string ours, std::string fail2bans) {
  note(place, std::move(ours));
  return fail(Errc::malformed, std::move(fail2bans));
}

}  // namespace spranga::guard::config
