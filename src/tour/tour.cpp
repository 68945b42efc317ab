#include "tour/tour.h"

#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>

#include "finding/catalogue.h"
#include "render/wrap.h"
#include "tour/comparison.h"
#include "tour/stage.h"

namespace spranga::tour {

namespace {

using words::say;
using words::Word;
using Printer = std::function<void(const std::string&)>;
using SteadyClock = std::chrono::steady_clock;

constexpr int told = 0;
constexpr int could_not = 3;

std::string seconds_since(SteadyClock::time_point start) {
  const std::chrono::duration<double> took = SteadyClock::now() - start;
  return fmt::format("{:.1f} s", took.count());
}

/// Tells the story on one stage.
class Teller {
public:
  Teller(Stage& stage, const TourSettings& settings, const Printer& print)
      : stage_(stage), settings_(settings), print_(print) {}

  Result<void> tell() {
    SPRANGA_CHECK(fetch());
    SPRANGA_TRY(const auto before, act(Word::tour_step_weak, false));
    SPRANGA_TRY(const auto after, act(Word::tour_step_hard, true));
    compare(before, after);
    return guard();
  }

private:
  void paragraph(const std::string& text, std::string_view indent = "") {
    print_(render::hang(indent, text, static_cast<std::size_t>(settings_.style.width)));
  }

  void open_step(Word what) {
    print_("\n");
    paragraph(say(Word::tour_step, {std::to_string(++step_), say(what, {stage_.server_name()})}));
    started_ = SteadyClock::now();
  }

  void close_step() { print_(say(Word::tour_took, {seconds_since(started_)}) + "\n"); }

  Result<void> fetch() {
    if (settings_.practice) {
      return {};
    }
    open_step(Word::tour_step_fetch);
    SPRANGA_TRY(const auto note, stage_.prepare());
    close_step();
    return {};
  }

  Result<Summary> act(Word what, bool hardened) {
    open_step(what);
    print_("\n  $ " + stage_.command() + "\n\n");
    SPRANGA_TRY(const auto seen, stage_.look(hardened, settings_.style));
    print_(seen.text + "\n");
    close_step();
    return summarise(seen.json);
  }

  void compare(const Summary& before, const Summary& after) {
    open_step(Word::tour_step_compare);
    for (const auto& change : improvements(before, after)) {
      const auto* check = finding::find_check(change.id);
      const auto title = check == nullptr ? "" : say(check->title);
      paragraph(say(Word::tour_change,
                    {change.id, title, said_state(change.before), said_state(change.after)}),
                "   ");
    }
    for (std::size_t i = 0; i < before.rules.size(); ++i) {
      if (before.rules[i] != after.rules[i]) {
        paragraph(
            say(Word::tour_rule_change,
                {std::to_string(i + 1), said_state(before.rules[i]), said_state(after.rules[i])}),
            "   ");
      }
    }
    paragraph(say(Word::tour_counts,
                  {std::to_string(failing(before).size()), std::to_string(failing(after).size())}),
              "   ");
  }

  Result<void> guard() {
    if (settings_.practice) {
      paragraph(say(Word::tour_no_guard));
      return {};
    }
    constexpr int bantime = 12;  // seconds; a tour has not the three hours
    open_step(Word::tour_step_guard);
    SPRANGA_TRY(const auto seen, stage_.guard(bantime));
    print_("\n" + seen.text + "\n");
    SPRANGA_TRY(const auto ban, measured(seen.json));
    paragraph(say(Word::tour_measured,
                  {ban.attempts_at_most > ban.attempts
                       ? say(Word::tour_measured_range,
                             {std::to_string(ban.attempts), std::to_string(ban.attempts_at_most)})
                       : std::to_string(ban.attempts),
                   std::to_string(ban.at_least_s),
                   std::to_string(ban.at_most_s),
                   std::to_string(bantime)}),
              "   ");
    close_step();
    return {};
  }

  Stage& stage_;
  const TourSettings& settings_;
  const Printer& print_;
  int step_{0};
  SteadyClock::time_point started_;
};

int perform(const TourSettings& asked, const std::string& folder, const Printer& print) {
  auto settings = asked;
  const StageSettings stage_settings{settings.server, settings.program, folder};
  const auto obstacle =
      settings.practice ? say(Word::tour_asked_practice) : why_no_real_server(stage_settings);
  settings.practice = !obstacle.empty();
  auto stage =
      settings.practice ? make_practice_stage(stage_settings) : make_real_stage(stage_settings);
  const auto intro = settings.practice ? say(Word::tour_intro_practice, {obstacle})
                                       : say(Word::tour_intro_real, {stage->server_name()});
  print(render::hang("", intro, static_cast<std::size_t>(settings.style.width)));
  if (auto done = Teller(*stage, settings, print).tell(); !done) {
    print("\n" + say(Word::tour_stopped, {done.error().detail}) + "\n");
    return could_not;
  }
  return told;
}

/// A folder that is gone afterwards, whatever becomes of the child that uses it.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::error_code failed;
    auto name = (std::filesystem::temp_directory_path(failed) / "spranga-tour.XXXXXX").string();
    if (!failed && ::mkdtemp(name.data()) != nullptr) {
      path_ = name;
    }
  }

  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  TemporaryFolder(TemporaryFolder&&) = delete;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;

  ~TemporaryFolder() { static_cast<void>(remove()); }

  [[nodiscard]] const std::string& path() const { return path_; }

  /// True where nothing is left.
  [[nodiscard]] bool remove() {
    std::error_code failed;
    if (!path_.empty()) {
      std::filesystem::remove_all(path_, failed);
      path_.clear();
    }
    return !failed;
  }

private:
  std::string path_;
};

/// Does the work in a child, so that Ctrl-C ends it and this process still cleans up.
int in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::_Exit(work());
  }
  if (child < 0) {
    return could_not;
  }
  const auto before = std::signal(SIGINT, SIG_IGN);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  std::signal(SIGINT, before);
  constexpr int signal_base = 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : signal_base + WTERMSIG(status);
}

}  // namespace

int run_tour(const TourSettings& settings, const Printer& print) {
  const auto start = SteadyClock::now();
  TemporaryFolder folder;
  if (folder.path().empty()) {
    print(say(Word::tour_no_folder) + "\n");
    return could_not;
  }
  const auto path = folder.path();
  const int outcome = in_child([&] { return perform(settings, path, print); });
  const bool clean = folder.remove();
  print("\n" + say(clean ? Word::tour_nothing_left : Word::tour_left_over, {path}) + "\n");
  if (outcome == told) {
    print(say(Word::tour_end, {seconds_since(start)}) + "\n");
  }
  return outcome;
}

}  // namespace spranga::tour
