#include "app/why_command.h"

#include <algorithm>
#include <utility>

#include "app/exit_code.h"
#include "app/live_commands.h"
#include "app/live_guard.h"
#include "app/output.h"
#include "app/parse_arguments.h"
#include "app/replay_options.h"
#include "app/terminal.h"
#include "guard/judge/network.h"
#include "replay/report.h"
#include "replay/why.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;
using Tell = replay::WhyResult (*)(const std::string& address,
                                   const std::vector<ban::JailSpec>& jails,
                                   const replay::ReplayOptions& options,
                                   replay::ReplayWatch watch);

/// The options for old logs, and those of a running guard that they lack.
std::vector<Option> bind_why(ReplayRequest& request, LiveSettings& live) {
  auto options = bind_log_options(request);
  for (auto& option : bind_live_options(live)) {
    const bool is_there = std::ranges::any_of(options, [&](const Option& known) {
      return known.name == option.name ||
             (!option.short_name.empty() && known.short_name == option.short_name);
    });
    if (!is_there) {
      options.push_back(std::move(option));
    }
  }
  return options;
}

int tell_about(std::span<const std::string> arguments, const char* help, Tell tell_it) {
  ReplayRequest request;
  LiveSettings live;
  auto rest = parse_arguments(bind_why(request, live), arguments);
  if (!rest) {
    return usage_error(rest.error().detail, help);
  }
  if (rest->size() == 1 && guard::Network::parse(rest->front())) {
    live.folder = request.config;
    return why_live(live, rest->front());
  }
  if (rest->size() < 2) {
    return usage_error(say(rest->empty() ? Word::why_needs_address : Word::replay_no_files), help);
  }
  const auto address = guard::Network::parse(rest->front());
  if (!address) {
    return usage_error(say(Word::why_no_address, {rest->front()}), help);
  }
  if (live.json) {
    return usage_error(say(Word::why_no_json), help);
  }
  request.options.files.assign(rest->begin() + 1, rest->end());
  const auto loaded = load_jails(request);
  if (!loaded) {
    return usage_error(loaded.error().detail);
  }
  for (const auto& problem : loaded->problems) {
    tell(problem);
  }
  const auto told = tell_it(address->to_string(), loaded->jails, request.options, {});
  for (const auto& note : replay::notes_of(told.replayed)) {
    tell(note);
  }
  const auto printed = print(told.text);
  const bool incomplete = loaded->broken || replay::is_incomplete(told.replayed);
  return printed != 0 ? printed : (incomplete ? exit_incomplete : exit_protected);
}

}  // namespace

std::vector<Option> why_command_options() {
  ReplayRequest nobody_reads;
  LiveSettings nobody_asks;
  auto options = bind_why(nobody_reads, nobody_asks);
  for (auto& option : options) {
    option.apply = [](const std::string&) { return Result<void>(); };
  }
  return options;
}

int why_command(std::span<const std::string> arguments) {
  return tell_about(arguments, "spranga help why", replay::tell_why);
}

int why_not_command(std::span<const std::string> arguments) {
  return tell_about(arguments, "spranga help why-not", replay::tell_why_not);
}

}  // namespace spranga::app
