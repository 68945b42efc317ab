// RemoteFirewall: the guard's end of the firewall process. Orders go out at once or wait in the
// channel; what became of them comes to FirewallEvents, always from on_readable() or attach(),
// never from within an order.
//
// The process may end and be replaced: attach() gives the new one its doors; orders that the old
// one left open are told as failed, then lost() says that bans are to be ordered again.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firewall/firewall.h"
#include "firewall/messages.h"
#include "process/channel.h"

namespace spranga::firewall {

class RemoteFirewall : public Firewall {
public:
  explicit RemoteFirewall(FirewallEvents& events) : events_(events) {}

  /// The channel to a new firewall process, and what it begins with. Gives the order's number: its
  /// outcome says whether the firewall is ours.
  std::uint64_t attach(Fd channel, Start setup);
  /// The process is gone. Orders from here on fail, until the next attach().
  void detach();

  /// In place of the list that it was set up with.
  std::uint64_t never_ban(std::vector<Network> never);

  std::uint64_t open(const Door& door) override;
  std::uint64_t close(DoorId door) override;
  std::uint64_t ban(std::span<const Entry> entries) override;
  std::uint64_t unban(std::span<const Entry> entries) override;
  std::uint64_t flush(DoorId door) override;
  std::uint64_t list(DoorId door) override;

  /// -1 where there is no process.
  [[nodiscard]] int fd() const { return channel_ ? channel_->fd() : -1; }

  /// The loop waits for fd() to be writable too, and calls on_writable() then.
  [[nodiscard]] bool wants_to_write() const { return channel_ && channel_->wants_to_write(); }

  /// How many orders are not answered yet.
  [[nodiscard]] std::size_t open_orders() const { return calls_.size(); }

  /// Outcomes wait that no message will bring: call on_readable() without waiting.
  [[nodiscard]] bool has_news() const { return !failed_.empty(); }

  /// Reads all answers that are there. An error: the process is gone, or not to be trusted; the
  /// channel is closed then.
  [[nodiscard]] Result<void> on_readable();
  [[nodiscard]] Result<void> on_writable();

private:
  struct Call {
    std::size_t parts{0};  // messages that are not answered yet
    Outcome outcome;
    std::optional<Holding> holding;
  };

  [[nodiscard]] std::uint64_t begin_call(std::size_t parts);
  void send(std::uint64_t call, Order order);
  void part_done(const Outcome& outcome);
  void finish(std::uint64_t call);
  [[nodiscard]] Result<bool> take_one();
  void take(Answer answer);
  void fail_open_calls();
  void tell_failed();
  template <class Part>
  std::uint64_t send_entries(std::span<const Entry> entries);

  FirewallEvents& events_;
  std::unique_ptr<process::Channel> channel_;
  bool had_one_{false};
  std::uint64_t last_call_{0};
  std::uint64_t last_message_{0};
  std::map<std::uint64_t, std::uint64_t> messages_;  // number of the message: its call
  std::map<std::uint64_t, Call> calls_;
  std::vector<Outcome> failed_;  // of messages that were not sent
};

}  // namespace spranga::firewall
