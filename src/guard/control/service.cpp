#include "guard/control/service.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "guard/pickle/pickle.h"
#include "guard/pickle/unpickle.h"

namespace spranga::guard::control {

namespace {

using pickle::Value;

constexpr Service::ClientId listener_id = 0;
constexpr int events_a_turn = 64;

std::string errno_message() {
  return std::error_code(errno, std::generic_category()).message();
}

Peer peer_of(int fd) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return {-1, static_cast<uid_t>(-1), static_cast<gid_t>(-1)};
  }
  return {credentials.pid, credentials.uid, credentials.gid};
}

}  // namespace

Service::Service(Fd epoll, Fd listener, const ConnectionLimits& limits)
    : epoll_(std::move(epoll)), listener_(std::move(listener)), limits_(limits) {}

Result<Service> Service::make(Fd listener, const ConnectionLimits& limits) {
  const int flags = ::fcntl(listener.get(), F_GETFL);
  ::fcntl(listener.get(), F_SETFL, flags | O_NONBLOCK);
  Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) {
    return fail(Errc::io, "epoll_create1: " + errno_message());
  }
  epoll_event event{EPOLLIN, {.u64 = listener_id}};
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, listener.get(), &event) != 0) {
    return fail(Errc::io, "epoll_ctl: " + errno_message());
  }
  return Service(std::move(epoll), std::move(listener), limits);
}

void Service::watch(ClientId id, const Client& client) const {
  epoll_event event{};
  event.data.u64 = id;
  event.events =
      (client.connection.wants_input() ? EPOLLIN : 0U) |
      (client.connection.wants_output() || client.connection.has_request() ? EPOLLOUT : 0U);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, client.fd.get(), &event) != 0 && errno == ENOENT) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, client.fd.get(), &event);
  }
}

std::vector<Service::Request> Service::serve(SteadyTime now) {
  std::vector<Request> out;
  std::array<epoll_event, events_a_turn> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), events_a_turn, 0);
  release_held(now);
  for (int i = 0; i < count; ++i) {
    const auto& event = events.at(static_cast<std::size_t>(i));
    if (event.data.u64 == listener_id) {
      accept_new(now);
      continue;
    }
    const auto found = clients_.find(event.data.u64);
    if (found == clients_.end()) {
      continue;
    }
    auto& client = found->second;
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
      read(client, now);
    }
    if ((event.events & EPOLLOUT) != 0) {
      write(client, now);
    }
    look_for_requests(found->first, client, now, out);
    if ((event.events & (EPOLLHUP | EPOLLERR)) != 0) {
      client.connection.abandon();  // nobody is there to read a reply
    }
  }
  drop_finished(now);
  return out;
}

void Service::accept_new(SteadyTime now) {
  for (int i = 0; i < most_accepts; ++i) {
    Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd && (errno == EMFILE || errno == ENFILE)) {
      make_room();  // for the next turn
      return;
    }
    if (!fd) {
      return;
    }
    if (clients_.size() >= most_clients) {
      make_room();
    }
    const auto id = next_id_++;
    const auto peer = peer_of(fd.get());
    const auto made =
        clients_.emplace(id, Client{std::move(fd), peer, Connection(limits_, now), {}, {}});
    watch(id, made.first->second);
  }
}

/// The one that has been silent longest goes; where all are busy, the one that has been so longest.
void Service::make_room() {
  const auto worth = [](const auto& entry) {
    return std::pair(entry.second.connection.is_idle() ? 0 : 1, entry.second.connection.since());
  };
  const auto victim =
      std::min_element(clients_.begin(), clients_.end(), [&](const auto& a, const auto& b) {
        return worth(a) < worth(b);
      });
  if (victim != clients_.end()) {
    clients_.erase(victim);
  }
}

void Service::read(Client& client, SteadyTime now) {
  std::array<char, 65536> chunk{};
  // One chunk a turn, so that a client that sends much delays nobody.
  const auto count = ::recv(client.fd.get(), chunk.data(), chunk.size(), 0);
  if (count > 0) {
    if (client.connection.wants_input()) {
      client.connection.receive({chunk.data(), static_cast<std::size_t>(count)}, now);
    }
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    client.connection.receive_end();
  }
}

void Service::write(Client& client, SteadyTime now) {
  const auto bytes = client.connection.output();
  if (bytes.empty()) {
    return;
  }
  const auto sent = ::send(client.fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) {
    client.connection.sent(static_cast<std::size_t>(sent), now);
  } else if (errno != EAGAIN && errno != EINTR) {
    client.connection.abandon();
  }
}

void Service::look_for_requests(ClientId id,
                                Client& client,
                                SteadyTime now,
                                std::vector<Request>& out) {
  while (const auto bytes = client.connection.take_request(now)) {
    auto command = pickle::unpickle(*bytes);
    if (command) {
      out.push_back({id, client.peer, std::move(*command)});
      break;
    }
    if (complaints_.size() < most_complaints) {
      complaints_.push_back(command.error().detail);
    }
    const auto error = Value::of("ERROR: " + command.error().detail);
    client.connection.reply_and_end(pickle::to_pickle(error), now);
    write(client, now);
  }
  watch(id, client);
}

void Service::reply(ClientId id, const Value& value, SteadyTime now, SteadyTime at) {
  const auto found = clients_.find(id);
  if (found == clients_.end()) {
    return;
  }
  auto& client = found->second;
  if (at > now) {
    client.held = pickle::to_pickle(value);
    client.held_until = at;
    return;
  }
  client.connection.reply(pickle::to_pickle(value), now);
  write(client, now);
  watch(id, client);
}

void Service::release_held(SteadyTime now) {
  for (auto& [id, client] : clients_) {
    if (!client.held.empty() && client.held_until <= now) {
      client.connection.reply(client.held, now);
      client.held.clear();
      write(client, now);
      watch(id, client);
    }
  }
}

void Service::drop_finished(SteadyTime now) {
  std::erase_if(clients_,
                [now](const auto& entry) { return entry.second.connection.is_over(now); });
}

std::optional<Fd> Service::take(ClientId id) {
  const auto found = clients_.find(id);
  if (found == clients_.end()) {
    return std::nullopt;
  }
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, found->second.fd.get(), nullptr);
  auto fd = std::move(found->second.fd);
  clients_.erase(found);
  return fd;
}

std::optional<SteadyTime> Service::next_deadline() const {
  std::optional<SteadyTime> out;
  const auto take_earlier = [&out](SteadyTime at) { out = out ? std::min(*out, at) : at; };
  for (const auto& [id, client] : clients_) {
    if (!client.held.empty()) {
      take_earlier(client.held_until);
    } else if (const auto at = client.connection.deadline()) {
      take_earlier(*at);
    }
  }
  return out;
}

std::vector<std::string> Service::take_complaints() {
  return std::exchange(complaints_, {});
}

}  // namespace spranga::guard::control
