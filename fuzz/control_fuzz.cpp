// Bytes of a client as they come from the socket: frames, pickles, verbs, replies. Each request is
// answered with (0, value) or (1, exception), and what is sent can be read again.
#include <string>

#include "fuzz/input.h"
#include "guard/control/beautify.h"
#include "guard/control/connection.h"
#include "guard/control/verbs.h"
#include "guard/pickle/pickle.h"
#include "guard/pickle/unpickle.h"
#include "tests/support/scripted_guard.h"

using namespace spranga;
using fuzz::require;
using guard::pickle::Value;

namespace {

void answer_one(test::ScriptedGuard& guard, const std::string& request) {
  const auto command = guard::pickle::unpickle(request);
  if (!command) {
    return;
  }
  const auto reply = guard::control::answer(guard, {1, 0, 0}, *command);
  require(reply.value.is(Value::Kind::tuple) && reply.value.items.size() == 2);
  const bool good = reply.value.items[0].integer == 0;
  require(good == reply.log.empty());
  const auto read =
      guard::pickle::unpickle(guard::pickle::to_pickle(reply.value), guard::pickle::reply_limits);
  require(read.has_value());
  if (good && command->is_sequence()) {
    static_cast<void>(guard::control::beautify(command->items, read->items[1]));
  } else {
    static_cast<void>(guard::control::beautify_error(read->items[1]));
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto bytes = fuzz::as_text(data, size);
  test::ScriptedGuard guard;
  static_cast<void>(guard.make("sshd").add_action("note", "", ""));
  const SteadyTime now{};
  guard::control::Connection connection({}, now);
  while (!bytes.empty() && !connection.is_over(now)) {
    connection.receive(bytes.substr(0, 100), now);
    bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 100));
    while (const auto request = connection.take_request(now)) {
      answer_one(guard, *request);
      connection.reply("x", now);
      connection.sent(connection.output().size(), now);
    }
  }
  return 0;
}
