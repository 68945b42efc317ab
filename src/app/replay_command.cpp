#include "app/replay_command.h"

#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <system_error>

#include "app/exit_code.h"
#include "app/output.h"
#include "app/parse_arguments.h"
#include "app/replay_options.h"
#include "app/terminal.h"
#include "replay/report.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

std::vector<Option> bind(ReplayRequest& request) {
  auto options = bind_log_options(request);
  constexpr auto group = Word::group_output;
  options.push_back({"--format",
                     "-f",
                     Word::argument_format,
                     "text",
                     Word::option_replay_format,
                     group,
                     {"text", "json"},
                     [&request](const std::string& value) {
                       request.format = value;
                       return Result<void>();
                     }});
  options.push_back({"--bans-only",
                     "",
                     Word::none,
                     "",
                     Word::option_bans_only,
                     group,
                     {},
                     [&request](const std::string&) {
                       request.bans_only = true;
                       request.options.innocents = false;
                       return Result<void>();
                     }});
  return options;
}

double cpu_seconds() {
  std::timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::string progress_text(std::uint64_t done, std::uint64_t total, ban::Instant clock) {
  constexpr std::uint64_t percent = 100;
  return total > 0 && done <= total
             ? say(Word::replay_progress,
                   {std::to_string(done * percent / total), replay::local_time(clock)})
             : say(Word::replay_progress_open, {std::to_string(done), replay::local_time(clock)});
}

}  // namespace

std::vector<Option> replay_command_options() {
  ReplayRequest nobody_reads;
  auto options = bind(nobody_reads);
  for (auto& option : options) {
    option.apply = [](const std::string&) { return Result<void>(); };
  }
  return options;
}

int replay_command(std::span<const std::string> arguments) {
  const auto begin = std::chrono::steady_clock::now();
  ReplayRequest request;
  auto files = parse_arguments(bind(request), arguments);
  if (!files) {
    return usage_error(files.error().detail, "spranga help replay");
  }
  if (files->empty()) {
    return usage_error(say(Word::replay_no_files), "spranga help replay");
  }
  request.options.files = *std::move(files);
  if (request.format == "json") {
    words::set_language(words::Language::english);  // programs read it, and some words are values
  }
  const auto loaded = load_jails(request);
  if (!loaded) {
    return usage_error(loaded.error().detail);
  }
  for (const auto& problem : loaded->problems) {
    tell(problem);
  }
  for (const auto& file : request.options.files) {
    std::error_code trouble;
    // Of <(...), which is a link, the other end is open already.
    if (std::filesystem::symlink_status(file, trouble).type() == std::filesystem::file_type::fifo) {
      tell(say(Word::replay_waits, {file}));
    }
  }
  ProgressLine line(true);
  replay::ReplayWatch watch;
  watch.progress = [&line](std::uint64_t done, std::uint64_t total, ban::Instant clock) {
    line.show(progress_text(done, total, clock));
  };
  const auto result = replay::replay(loaded->jails, request.options, watch);
  line.clear();
  for (const auto& note : replay::notes_of(result)) {
    tell(note);
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  const bool innocents = !request.bans_only;
  const auto printed =
      print(request.format == "json"
                ? replay::json_report(result, innocents, {elapsed.count(), cpu_seconds()})
                : replay::text_report(result, innocents));
  const bool incomplete = loaded->broken || replay::is_incomplete(result);
  return printed != 0 ? printed : (incomplete ? exit_incomplete : exit_protected);
}

}  // namespace spranga::app
