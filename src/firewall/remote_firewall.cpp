#include "firewall/remote_firewall.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace spranga::firewall {

namespace {

constexpr std::size_t start_room = 64UL * 1024;  // for doors, in the first message

}  // namespace

std::uint64_t RemoteFirewall::begin_call(std::size_t parts) {
  ++last_call_;
  calls_[last_call_] = {parts, {last_call_, Errc{}, ""}, std::nullopt};
  return last_call_;
}

void RemoteFirewall::send(std::uint64_t call, Order order) {
  const auto number = ++last_message_;
  messages_[number] = call;
  Result<void> sent = fail(Errc::closed, "the firewall process does not run");
  if (channel_) {
    sent = channel_->send(pack(Request{number, std::move(order)}));
  }
  if (!sent) {
    failed_.push_back({number, sent.error().code, sent.error().detail});
  }
}

std::uint64_t RemoteFirewall::attach(Fd channel, Start setup) {
  detach();
  fail_open_calls();
  tell_failed();
  channel_ = std::make_unique<process::Channel>(std::move(channel));
  std::vector<Door> later;
  std::size_t size = 0;
  const auto too_many = std::ranges::find_if(setup.doors, [&size](const Door& door) {
    size += packed_size(door);
    return size > start_room;
  });
  later.assign(std::make_move_iterator(too_many), std::make_move_iterator(setup.doors.end()));
  setup.doors.erase(too_many, setup.doors.end());
  const auto call = begin_call(1 + later.size());
  send(call, std::move(setup));
  for (auto& door : later) {
    send(call, OpenDoor{std::move(door)});
  }
  if (had_one_) {
    events_.lost("the firewall process was started anew");
  }
  had_one_ = true;
  return call;
}

void RemoteFirewall::detach() {
  channel_.reset();
}

/// What a process that is gone will never answer.
void RemoteFirewall::fail_open_calls() {
  for (const auto& [message, call] : messages_) {
    const bool known = std::ranges::find(failed_, message, &Outcome::order) != failed_.end();
    if (!known) {
      failed_.push_back({message, Errc::closed, "the firewall process ended"});
    }
  }
}

void RemoteFirewall::tell_failed() {
  // What fails because of what is told now is told next time.
  const auto now = std::exchange(failed_, {});
  for (const auto& outcome : now) {
    part_done(outcome);
  }
}

void RemoteFirewall::part_done(const Outcome& outcome) {
  const auto message = messages_.find(outcome.order);
  if (message == messages_.end()) {
    return;
  }
  const auto number = message->second;
  messages_.erase(message);
  auto& call = calls_[number];
  if (call.outcome.error.empty()) {
    call.outcome.code = outcome.code;
    call.outcome.error = outcome.error;
  }
  if (--call.parts == 0) {
    finish(number);
  }
}

void RemoteFirewall::finish(std::uint64_t number) {
  // The events may give new orders: nothing of ours is held meanwhile.
  auto call = std::move(calls_.extract(number).mapped());
  if (call.holding && call.outcome.error.empty()) {
    events_.holds(number, *std::move(call.holding));
  }
  events_.done(call.outcome);
}

void RemoteFirewall::take(Answer answer) {
  if (const auto* outcome = std::get_if<Outcome>(&answer)) {
    part_done(*outcome);
  } else if (auto* part = std::get_if<HoldingPart>(&answer)) {
    if (const auto message = messages_.find(part->order); message != messages_.end()) {
      auto& holding = calls_[message->second].holding;
      holding = holding ? std::move(holding) : Holding();
      std::ranges::move(part->holding.entries, std::back_inserter(holding->entries));
      holding->complete = holding->complete && part->holding.complete;
    }
  } else if (const auto* lost = std::get_if<Lost>(&answer)) {
    events_.lost(lost->why);
  } else if (const auto* lacking = std::get_if<Lacking>(&answer)) {
    events_.lacks(lacking->what);
  } else {
    events_.rules_touched();
  }
}

/// False: there is none for now.
Result<bool> RemoteFirewall::take_one() {
  SPRANGA_TRY(const auto message, channel_->receive());
  if (!message) {
    return false;
  }
  SPRANGA_TRY(auto answer, read_answer(message->bytes));
  take(std::move(answer));
  return true;
}

Result<void> RemoteFirewall::on_readable() {
  tell_failed();
  while (channel_) {
    const auto taken = take_one();
    if (!taken) {
      detach();
      fail_open_calls();
      tell_failed();
      return Failure(taken.error());
    }
    if (!*taken) {
      break;
    }
  }
  return {};
}

Result<void> RemoteFirewall::on_writable() {
  if (channel_) {
    SPRANGA_CHECK(channel_->flush());
  }
  return {};
}

std::uint64_t RemoteFirewall::never_ban(std::vector<Network> never) {
  const auto call = begin_call(1);
  send(call, NeverBan{std::move(never)});
  return call;
}

std::uint64_t RemoteFirewall::open(const Door& door) {
  const auto call = begin_call(1);
  send(call, OpenDoor{door});
  return call;
}

std::uint64_t RemoteFirewall::close(DoorId door) {
  const auto call = begin_call(1);
  send(call, CloseDoor{door});
  return call;
}

template <class Part>
std::uint64_t RemoteFirewall::send_entries(std::span<const Entry> entries) {
  const auto call =
      begin_call(std::max<std::size_t>(1, (entries.size() + most_entries - 1) / most_entries));
  do {
    const auto now = entries.first(std::min(entries.size(), most_entries));
    send(call, Part{{now.begin(), now.end()}});
    entries = entries.subspan(now.size());
  } while (!entries.empty());
  return call;
}

std::uint64_t RemoteFirewall::ban(std::span<const Entry> entries) {
  return send_entries<BanEntries>(entries);
}

std::uint64_t RemoteFirewall::unban(std::span<const Entry> entries) {
  return send_entries<UnbanEntries>(entries);
}

std::uint64_t RemoteFirewall::flush(DoorId door) {
  const auto call = begin_call(1);
  send(call, FlushDoor{door});
  return call;
}

std::uint64_t RemoteFirewall::list(DoorId door) {
  const auto call = begin_call(1);
  send(call, ListDoor{door});
  return call;
}

}  // namespace spranga::firewall
