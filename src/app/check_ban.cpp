#include "app/check_ban.h"

#include <cstdlib>

#include "app/check_state.h"
#include "app/output.h"
#include "app/terminal.h"
#include "check/ban_consent.h"
#include "check/ban_resume.h"
#include "net/dialer.h"
#include "text/shell_word.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

/// --i-own, or the name typed at a terminal.
Result<void> consent(const check::CheckSettings& settings, const std::string& target) {
  if (!settings.i_own.empty()) {
    return settings.i_own == target
               ? Result<void>()
               : fail(Errc::denied, say(Word::own_mismatch, {settings.i_own, target}));
  }
  const auto typed = ask_line(say(Word::own_prompt, {std::to_string(knock::most_guesses), target}));
  if (!typed) {
    return fail(Errc::denied, say(Word::own_needed, {text::shell_word(target)}));
  }
  return *typed == target ? Result<void>() : fail(Errc::denied, say(Word::own_not_typed, {target}));
}

}  // namespace

Result<void> agree_to_ban_test(check::CheckSettings& settings,
                               const std::vector<std::string>& targets) {
  if (targets.size() != 1) {
    return fail(Errc::malformed, say(Word::own_one_target));
  }
  SPRANGA_CHECK(consent(settings, targets.front()));
  if (settings.state_file.empty()) {
    SPRANGA_TRY(settings.state_file, default_state_file(targets.front()));
  }
  return can_keep_state(settings.state_file);
}

Result<void> nothing_against(const std::string& target,
                             const check::CheckSettings& settings,
                             const check::World& world) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
  const char* session = std::getenv("SSH_CONNECTION");
  return check::may_test_ban(
      target, settings, world, check::ways_in(session == nullptr ? "" : session));
}

Result<check::BanState> state_to_resume(check::CheckSettings& settings,
                                        const std::vector<std::string>& files) {
  if (files.size() > 1 || (files.size() == 1 && !settings.state_file.empty())) {
    return fail(Errc::malformed, say(Word::app_too_many_arguments, {files.back()}));
  }
  if (files.size() == 1) {
    settings.state_file = files.front();
  } else if (settings.state_file.empty()) {
    SPRANGA_TRY(settings.state_file, only_state_file());
  }
  SPRANGA_TRY(auto state, read_state(settings.state_file));
  settings = check::settings_of(state, settings);
  return state;
}

BanWorld::BanWorld(const check::CheckSettings& settings, int outside)
    : settings_(settings), outside_(outside) {}

void BanWorld::furnish(check::World& world) {
  world.pause = &pause_;
  const auto source = net::Address::parse(settings_.second_source);
  if (source) {
    second_ = net::make_dialer({.source = source, .network_namespace = -1});
    world.second_source = source;
  } else if (world.vantage != nullptr) {
    // Asked from a private network: this machine itself is the other source.
    second_ = net::make_dialer();
    world.second_source = world.vantage->server_ipv4;
  }
  world.second = second_.get();
  world.keep_state = [this](const check::BanState& state) {
    if (const auto kept = write_state(settings_.state_file, state); !kept) {
      tell(kept.error().detail);
    }
  };
  if (outside_ < 0) {
    world.dial_from = [](const net::Address& own) {
      return net::make_dialer({.source = own, .network_namespace = -1});
    };
  }
}

}  // namespace spranga::app
