// ScriptedTransport: the server's end of a connection as a list of events, without sockets or time
// of its own. An event waits until the client has written as often as the script says; a read that
// finds nothing lets a ManualClock run to the deadline and times out.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/transport.h"
#include "smtp/session.h"
#include "tests/support/manual_clock.h"

namespace spranga::test {

/// What the server does, in order. `hears` is one write of the client's; what stands before it is
/// there without being asked for.
class ServerScript {
public:
  ServerScript& says(std::string bytes);
  ServerScript& fails(Errc code);
  ServerScript& hears();

  /// hears() and says() in one.
  ServerScript& answers(std::string bytes) { return hears().says(std::move(bytes)); }

  struct Event {
    int after_writes{0};
    std::string bytes;
    std::optional<Errc> failure;
  };

  std::deque<Event> events;
  bool shakes_hands{true};
  net::TlsFacts tls;

private:
  int writes_{0};
};

/// What the client did, kept where it outlives the transport.
struct ClientTrace {
  std::string written;
  int operations{0};  // writes, reads and handshakes
  bool closed{false};
  bool used_after_close{false};
};

class ScriptedTransport final : public net::Transport {
public:
  ScriptedTransport(ServerScript script, ManualClock& clock, ClientTrace& trace)
      : script_(std::move(script)), clock_(clock), trace_(trace) {}

  /// The operation with this number (from 0) fails, and all after it.
  void fail_at(int operation, Errc code) {
    fail_at_ = operation;
    failure_ = code;
  }

  [[nodiscard]] Result<void> write(std::string_view bytes, SteadyTime deadline) override;
  [[nodiscard]] Result<std::string> read_some(SteadyTime deadline) override;
  [[nodiscard]] Result<net::TlsFacts> start_tls(const net::TlsOptions& options,
                                                SteadyTime deadline) override;

  void close() override { trace_.closed = true; }

  [[nodiscard]] net::Address local_address() const override {
    return *net::Address::parse("192.0.2.9");
  }

private:
  [[nodiscard]] std::optional<Error> next_operation(SteadyTime deadline);

  ServerScript script_;
  ManualClock& clock_;
  ClientTrace& trace_;
  int writes_{0};
  int fail_at_{-1};
  Errc failure_{Errc::closed};
};

/// A session over a script, with everything that it needs.
struct ScriptedSession {
  explicit ScriptedSession(const ServerScript& script);

  ManualClock clock;
  ClientTrace trace;
  ScriptedTransport* transport;  // owned by the session
  smtp::Session session;
};

/// Runs `dialogue` once in full, then failing at each operation in turn, with each kind of failure.
/// The dialogue asserts what must hold whatever happens. Returns the number of failed runs.
int replay_failing_at_each_step(const ServerScript& script,
                                const std::function<void(ScriptedSession&)>& dialogue);

}  // namespace spranga::test
