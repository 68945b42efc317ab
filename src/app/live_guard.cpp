#include "app/live_guard.h"

#include <nlohmann/json.hpp>

#include "guard/config/configuration.h"
#include "guard/control/client_socket.h"
#include "guard/pickle/value.h"
#include "text/escape.h"

namespace spranga::app {

namespace {

using guard::pickle::Value;
using words::say;
using words::Word;

constexpr Milliseconds longest_wait{60'000};

std::string socket_of(const LiveSettings& settings) {
  if (!settings.socket.empty()) {
    return settings.socket;
  }
  const auto folder =
      settings.folder.empty() ? guard::config::default_folder().string() : settings.folder;
  guard::config::LoadOptions options;
  options.jails = {""};  // none: only where its socket is matters here
  if (const auto loaded = guard::config::load(folder, options)) {
    if (const auto found = loaded->server.find("socket"); found != loaded->server.end()) {
      return found->second;
    }
  }
  return "/var/run/fail2ban/fail2ban.sock";
}

/// What a person can read of an answer.
std::string text_of(const Value& value) {
  switch (value.kind) {
    case Value::Kind::text:
    case Value::Kind::bytes:
      return value.text;
    case Value::Kind::integer:
    case Value::Kind::boolean:
      return std::to_string(value.integer);
    case Value::Kind::exception:
      return value.items.empty() ? value.text : text_of(value.items.front());
    default:
      return "";
  }
}

}  // namespace

std::vector<Option> bind_live_options(LiveSettings& settings) {
  constexpr auto group = Word::group_configuration;
  // clang-format off
  return {
      {"--json", "", Word::none, "", Word::option_live_json, Word::group_output, {}, raise(settings.json)},
      {"--conf", "-c", Word::argument_folder, "", Word::option_conf, group, {}, store(settings.folder)},
      {"--socket", "-s", Word::argument_file, "", Word::option_guard_socket, group, {}, store(settings.socket)},
  };
  // clang-format on
}

Result<std::string> tell_guard(const LiveSettings& settings,
                               const std::vector<std::string>& command) {
  const auto path = socket_of(settings);
  auto socket = guard::control::ClientSocket::connect(path, longest_wait);
  if (!socket) {
    return fail(
        Errc::refused,
        say(Word::live_nobody_answers, {text::escape(path), text::escape(socket.error().detail)}));
  }
  SPRANGA_TRY(const auto reply, socket->ask(Value::list(command), longest_wait));
  if (reply.items.size() != 2) {
    return fail(Errc::malformed, say(Word::live_strange_answer));
  }
  const auto text = text_of(reply.items[1]);
  return reply.items[0].integer == 0 ? Result<std::string>(text)
                                     : fail(Errc::malformed, text::escape(text));
}

Result<nlohmann::ordered_json> ask_guard(const LiveSettings& settings,
                                         const std::vector<std::string>& question) {
  auto command = question;
  command.insert(command.begin(), "spranga");
  auto text = tell_guard(settings, command);
  if (!text && text.error().code == Errc::malformed) {
    return fail(Errc::not_found, say(Word::live_is_fail2ban));
  }
  SPRANGA_TRY(const auto answer, std::move(text));
  auto json = nlohmann::ordered_json::parse(answer, nullptr, false);
  if (json.is_discarded()) {
    return fail(Errc::malformed, say(Word::live_strange_answer));
  }
  if (json.is_object() && json.contains("error")) {
    return fail(Errc::malformed, json["error"].get<std::string>());
  }
  return json;
}

}  // namespace spranga::app
