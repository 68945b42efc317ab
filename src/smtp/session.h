// Session: the client's end of one SMTP connection, over a Transport. Sends commands, reads
// replies, and writes down every line with its time. What the replies mean is for others to say.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/transport.h"
#include "smtp/capabilities.h"
#include "smtp/reply.h"

namespace spranga::smtp {

enum class Direction { sent, received, event };

/// One line of the transcript: raw bytes without CRLF, at most 1,000 of them; secrets never get
/// here.
struct TranscriptLine {
  std::chrono::microseconds at{0};  // since SessionTiming::origin
  Direction direction{Direction::event};
  std::string text;
  bool tls{false};  // inside TLS
};

using Transcript = std::vector<TranscriptLine>;

struct SessionTiming {
  SteadyTime origin;  // zero of the transcript
  SteadyTime end;     // nothing waits longer than this
  Milliseconds reply_timeout{10'000};
};

constexpr std::size_t max_transcript_lines = 2000;  // of one connection; the rest is not kept
constexpr std::size_t max_transcript_bytes = 128UL * 1024;  // likewise

/// Not thread-safe. After a failure the connection is closed.
///
/// Replies answer commands only as long as both sides are in step. Where the server has spoken
/// before it was asked, no later reply can be trusted: the session ends with Errc::malformed
/// instead of reading the wrong one. Only a 421, by which servers say goodbye on their own, is
/// handed on.
class Session {
public:
  Session(std::unique_ptr<net::Transport> transport,
          const Clock& clock,
          const SessionTiming& timing);

  /// The server's first reply; waits up to three reply times, since servers delay greetings on
  /// purpose.
  [[nodiscard]] Result<Reply> greeting();

  /// Sends `line` and reads the reply.
  [[nodiscard]] Result<Reply> command(std::string_view line);

  /// The same, but the transcript shows `shown` in place of what was sent.
  [[nodiscard]] Result<Reply> secret_command(std::string_view line, std::string_view shown);

  /// Several lines in one write, then one reply. For command injection.
  [[nodiscard]] Result<Reply> commands_at_once(const std::vector<std::string>& lines);

  /// The next reply, whatever it answers.
  [[nodiscard]] Result<Reply> read_reply();

  /// A reply that nobody asked for, if one comes within `how_long`; nullopt = silence.
  [[nodiscard]] Result<std::optional<Reply>> unasked_reply(Milliseconds how_long);

  /// Sends message text, dot-stuffed, with the final dot, and reads the reply.
  [[nodiscard]] Result<Reply> send_message(std::string_view text);

  /// EHLO; capabilities() follow. Falls back to HELO where EHLO is not understood (500, 502, 504).
  [[nodiscard]] Result<Reply> hello(const std::string& name);

  /// TLS handshake now. Capabilities are forgotten. Bytes that the server sent in clear before it
  /// are kept in early_bytes().
  [[nodiscard]] Result<net::TlsFacts> handshake(const net::TlsOptions& options);

  /// QUIT without waiting for the answer, then close.
  void quit();

  /// Close without a word: what was begun is dropped.
  void drop();

  [[nodiscard]] bool alive() const { return alive_; }

  [[nodiscard]] bool in_tls() const { return in_tls_; }

  /// Under TLS with a trusted certificate for the right name: secrets may be sent.
  [[nodiscard]] bool safe_for_secrets() const { return in_tls_ && certificate_valid_; }

  [[nodiscard]] const Capabilities& capabilities() const { return capabilities_; }

  [[nodiscard]] const std::string& early_bytes() const { return early_bytes_; }

  [[nodiscard]] net::Address local_address() const { return transport_->local_address(); }

  /// The shortest time that a reply took: an upper bound of the round trip.
  [[nodiscard]] Milliseconds round_trip() const;

  void note(std::string_view text);  // an event line

  [[nodiscard]] const Transcript& transcript() const { return transcript_; }

  /// Index of the next transcript line; lines_since(mark) cuts out evidence.
  [[nodiscard]] std::size_t mark() const { return transcript_.size(); }

  [[nodiscard]] Transcript lines_since(std::size_t mark) const;

private:
  Result<Reply> read_reply_within(Milliseconds time);
  Result<void> send(std::string_view bytes);

  /// Before a command: nullopt where the server is silent, as it should be; else its 421, or a
  /// failure.
  std::optional<Result<Reply>> spoken_out_of_turn();
  void record(Direction direction, std::string_view text);  // "" is not recorded
  void record_reply(const Reply& reply);
  template <class T>
  Result<T> lost(Error error);

  std::unique_ptr<net::Transport> transport_;
  const Clock* clock_;
  SessionTiming timing_;
  ReplyParser parser_;
  Capabilities capabilities_;
  Transcript transcript_;
  std::size_t transcript_bytes_{0};
  std::string early_bytes_;
  std::chrono::microseconds fastest_reply_{std::chrono::hours(1)};
  bool alive_{true};
  bool in_tls_{false};
  bool certificate_valid_{false};
};

}  // namespace spranga::smtp
