#include "app/why_command.h"

#include "app/exit_code.h"
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

int tell_about(std::span<const std::string> arguments, const char* help, Tell tell_it) {
  ReplayRequest request;
  auto rest = parse_arguments(bind_log_options(request), arguments);
  if (!rest) {
    return usage_error(rest.error().detail, help);
  }
  if (rest->size() < 2) {
    return usage_error(say(rest->empty() ? Word::why_needs_address : Word::replay_no_files), help);
  }
  const auto address = guard::Network::parse(rest->front());
  if (!address) {
    return usage_error(say(Word::why_no_address, {rest->front()}), help);
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
  auto options = bind_log_options(nobody_reads);
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
