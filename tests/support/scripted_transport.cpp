#include "tests/support/scripted_transport.h"

#include <array>

namespace spranga::test {

ServerScript& ServerScript::says(std::string bytes) {
  events.push_back({writes_, std::move(bytes), std::nullopt});
  return *this;
}

ServerScript& ServerScript::fails(Errc code) {
  events.push_back({writes_, "", code});
  return *this;
}

ServerScript& ServerScript::hears() {
  ++writes_;
  return *this;
}

std::optional<Error> ScriptedTransport::next_operation(SteadyTime deadline) {
  trace_.used_after_close = trace_.used_after_close || trace_.closed;
  if (fail_at_ < 0 || trace_.operations++ < fail_at_) {
    trace_.operations += fail_at_ < 0 ? 1 : 0;
    return std::nullopt;
  }
  if (failure_ == Errc::timeout) {
    clock_.advance_to(deadline);
  }
  return Error{failure_, "scripted failure"};
}

Result<void> ScriptedTransport::write(std::string_view bytes, SteadyTime deadline) {
  if (auto failed = next_operation(deadline)) {
    return Failure(*failed);
  }
  ++writes_;
  trace_.written += bytes;
  return {};
}

Result<std::string> ScriptedTransport::read_some(SteadyTime deadline) {
  if (auto failed = next_operation(deadline)) {
    return Failure(*failed);
  }
  if (script_.events.empty() || script_.events.front().after_writes > writes_) {
    clock_.advance_to(deadline);
    return fail(Errc::timeout, "no answer in time");
  }
  auto event = std::move(script_.events.front());
  script_.events.pop_front();
  clock_.advance(Milliseconds(1));
  if (event.failure) {
    return fail(*event.failure, "scripted failure");
  }
  return std::move(event.bytes);
}

Result<net::TlsFacts> ScriptedTransport::start_tls(const net::TlsOptions& /*options*/,
                                                   SteadyTime deadline) {
  if (auto failed = next_operation(deadline)) {
    return Failure(*failed);
  }
  if (!script_.shakes_hands) {
    return fail(Errc::tls, "scripted handshake failure");
  }
  return script_.tls;
}

namespace {

std::unique_ptr<ScriptedTransport> make_transport(const ServerScript& script,
                                                  ScriptedSession& owner,
                                                  ScriptedTransport*& raw) {
  auto out = std::make_unique<ScriptedTransport>(script, owner.clock, owner.trace);
  raw = out.get();
  return out;
}

}  // namespace

ScriptedSession::ScriptedSession(const ServerScript& script)
    : session(make_transport(script, *this, transport),
              clock,
              {clock.now(), clock.now() + std::chrono::minutes(2), std::chrono::seconds(10)}) {}

int replay_failing_at_each_step(const ServerScript& script,
                                const std::function<void(ScriptedSession&)>& dialogue) {
  ScriptedSession whole(script);
  dialogue(whole);
  const int operations = whole.trace.operations;
  for (int at = 0; at < operations; ++at) {
    for (const auto code : std::array{Errc::closed, Errc::reset, Errc::timeout, Errc::io}) {
      ScriptedSession failing(script);
      failing.transport->fail_at(at, code);
      dialogue(failing);
    }
  }
  return operations * 4;
}

}  // namespace spranga::test
