// What the guard may send to the action runner, and what its plan may be: unpacked, checked, and
// put into commands. A value must never become part of a command's text unless it is harmless.
#include <string>

#include "action_runner/dynamic_tags.h"
#include "action_runner/request.h"
#include "action_runner/values.h"
#include "fuzz/input.h"
#include "guard/actions/native.h"

namespace {

using namespace spranga::action_runner;
using spranga::fuzz::require;

void look_at_request(std::string_view bytes) {
  const auto request = read_request(bytes);
  if (!request) {
    return;
  }
  require(read_request(pack(*request)).has_value());
  const auto values = checked_values(request->tags, request->fields);
  if (!values) {
    return;
  }
  std::string text = "x <ip> <fid> <matches> '<matches>' \"<ip-host>\"";
  for (const auto& [name, value] : values->fields) {
    text += " <F-" + name + ">";
  }
  const auto command =
      with_values(text, *values, [](std::string_view) { return std::optional<std::string>(); });
  const auto begin = command.arguments.empty() ? 0 : command.text.find('\n') + 1;
  require(command.text.find_first_of("\n\r`;&|()\\*?", begin) == std::string::npos);
  require(command.text.find('\0') == std::string::npos);
  for (const auto& argument : command.arguments) {
    require(argument.find('\0') == std::string::npos);
  }
}

void look_at_plan(std::string_view bytes) {
  const auto plan = read_runner_plan(bytes);
  if (!plan) {
    return;
  }
  const auto services = spranga::guard::actions::service_ports("smtp 25/tcp");
  for (const auto& jail : plan->jails) {
    for (const auto& action : jail.actions) {
      const auto way = spranga::guard::actions::way_of(action, services);
      require(!way.native || way.why.empty());
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = spranga::fuzz::as_text(data, size);
  look_at_request(input);
  look_at_plan(input);
  return 0;
}
