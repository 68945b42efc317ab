// Channel: whole messages between two of spranga's processes, over a SOCK_SEQPACKET socketpair,
// with descriptors beside them where asked. Nobody blocks: what the socket does not take now waits
// in a bounded queue, and flush() goes on when the descriptor is writable again.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/raw_buffer.h"
#include "base/result.h"

namespace spranga::process {

struct Message {
  std::string bytes;
  std::vector<Fd> fds;
};

class Channel {
public:
  /// Owns `fd`, one end of a pair; it becomes non-blocking.
  explicit Channel(Fd fd);

  /// Two connected ends, close-on-exec.
  [[nodiscard]] static Result<std::pair<Fd, Fd>> pair();

  /// Sends now or queues. Errc::too_large: the message, or the queue is full (the message is not
  /// sent then); Errc::closed: the other end is gone.
  [[nodiscard]] Result<void> send(std::string_view bytes, std::vector<Fd> fds = {});

  /// Sends what waits. True where nothing waits any more.
  [[nodiscard]] Result<bool> flush();

  [[nodiscard]] bool wants_to_write() const { return !waiting_.empty(); }

  /// How many messages wait.
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

  /// The next message; nullopt: none is there yet. Errc::closed at the end, Errc::malformed for a
  /// message that was cut (its descriptors are closed).
  [[nodiscard]] Result<std::optional<Message>> receive();

  /// Waits for the next message, at most so long. Errc::timeout.
  [[nodiscard]] Result<Message> wait(int timeout_ms);

  [[nodiscard]] int fd() const { return fd_.get(); }

  static constexpr std::size_t largest_message = 128UL * 1024;
  static constexpr std::size_t most_fds = 16;
  static constexpr std::size_t most_waiting = 200'000;            // messages
  static constexpr std::size_t most_waiting_bytes = 64UL << 20U;  // of all of them

private:
  enum class Sent { whole, later };
  [[nodiscard]] Result<Sent> try_send(std::string_view bytes, const std::vector<Fd>& fds);

  Fd fd_;
  std::deque<Message> waiting_;
  std::size_t waiting_bytes_{0};
  RawBuffer buffer_;  // of receive()
};

}  // namespace spranga::process
