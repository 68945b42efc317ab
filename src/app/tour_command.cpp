#include "app/tour_command.h"

#include <filesystem>
#include <system_error>

#include "app/output.h"
#include "app/parse_arguments.h"
#include "app/terminal.h"
#include "tour/tour.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

std::vector<Option> bind(tour::TourSettings& settings) {
  constexpr auto group = Word::group_tour;
  return {
      {"--server",
       "",
       Word::argument_server,
       "exim",
       Word::option_tour_server,
       group,
       {"exim", "postfix", "sendmail"},
       [&settings](const std::string& value) {
         settings.server = value;
         return Result<void>();
       }},
      {"--practice",
       "",
       Word::none,
       "",
       Word::option_tour_practice,
       group,
       {},
       [&settings](const std::string&) {
         settings.practice = true;
         return Result<void>();
       }},
  };
}

}  // namespace

std::vector<Option> tour_command_options() {
  tour::TourSettings nobody_reads;
  auto options = bind(nobody_reads);
  for (auto& option : options) {
    option.apply = [](const std::string&) { return Result<void>(); };
  }
  return options;
}

int tour_command(std::span<const std::string> arguments) {
  tour::TourSettings settings;
  const auto rest = parse_arguments(bind(settings), arguments);
  if (!rest) {
    return usage_error(rest.error().detail, "spranga help tour");
  }
  if (!rest->empty()) {
    return usage_error(say(Word::app_no_arguments, {"tour"}), "spranga help tour");
  }
  std::error_code failed;
  settings.program = std::filesystem::read_symlink("/proc/self/exe", failed).string();
  settings.style.colour = wants_colour(Colour::automatic);
  settings.style.width = terminal_width();
  return tour::run_tour(settings, [](const std::string& text) {
    // Where standard output is gone there is nobody to tell; the tour ends and cleans up as it
    // would.
    static_cast<void>(print(text));
  });
}

}  // namespace spranga::app
