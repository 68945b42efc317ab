#include "firewall_helper/service.h"

#include <fmt/core.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "firewall/ipset.h"
#include "firewall/nft_events.h"

namespace spranga::firewall_helper {

using firewall::Backend;
using firewall::NetlinkSocket;

Result<Sockets> open_sockets() {
  SPRANGA_TRY(auto nftables, NetlinkSocket::open(NETLINK_NETFILTER));
  SPRANGA_TRY(auto ipset, NetlinkSocket::open(NETLINK_NETFILTER));
  SPRANGA_TRY(auto events, NetlinkSocket::open(NETLINK_NETFILTER));
  SPRANGA_CHECK(events.join(NFNLGRP_NFTABLES));
  SPRANGA_TRY(auto sessions, NetlinkSocket::open(NETLINK_SOCK_DIAG));
  return Sockets{std::move(nftables), std::move(ipset), std::move(events), std::move(sessions)};
}

Service::Service(process::Channel channel, Sockets sockets)
    : channel_(std::move(channel)),
      sockets_(std::move(sockets)),
      sessions_(std::move(sockets_.sessions)),
      doors_([this](Backend which, const firewall::Start& setup) { return make(which, setup); },
             [this](const firewall::Answer& what) { answer(what); },
             [this](const firewall::Door& door, const firewall::Entry& entry) {
               banned(door, entry);
             }) {}

Result<std::unique_ptr<firewall::KernelBackend>> Service::make(Backend which,
                                                               const firewall::Start& setup) {
  if (which != Backend::nftables) {
    return std::make_unique<firewall::Ipset>(std::move(sockets_.ipset));
  }
  auto out =
      std::make_unique<firewall::Nftables>(std::move(sockets_.nftables), setup.table, setup.owner);
  nftables_ = out.get();
  return out;
}

void Service::banned(const firewall::Door& door, const firewall::Entry& entry) {
  if (door.protocols != firewall::Protocols::udp) {
    sessions_.end({{entry.base, entry.prefix}, door.ports});
  }
}

void Service::answer(const firewall::Answer& answer) {
  if (auto sent = channel_.send(firewall::pack(answer)); !sent && !unsent_) {
    unsent_ = std::move(sent).error();
  }
}

Result<bool> Service::take_orders() {
  for (;;) {
    auto message = channel_.receive();
    if (!message && message.error().code == Errc::closed) {
      return false;
    }
    SPRANGA_TRY(const auto received, std::move(message));
    if (!received) {
      return true;
    }
    SPRANGA_TRY(const auto request, firewall::read_request(received->bytes));
    doors_.carry_out(request);
  }
}

void Service::take_events() {
  std::optional<std::string> why;
  const bool whole = sockets_.events.drain([&](const nlmsghdr& message) {
    if (nftables_ != nullptr && !why) {
      why = firewall::nft::loss(message, nftables_->table(), nftables_->port());
    }
  });
  if (nftables_ == nullptr) {
    return;
  }
  if (!whole && !why) {
    // Too much went on for all of it to be told: look.
    const auto complete = nftables_->is_complete();
    why =
        complete && *complete ? why : std::optional<std::string>("the table is not as it was made");
  }
  if (why) {
    const auto repaired = nftables_->repair();
    answer(firewall::Lost{repaired ? *why : fmt::format("{}; {}", *why, repaired.error().detail)});
  }
}

Result<bool> Service::turn() {
  const auto write = static_cast<short>(channel_.wants_to_write() ? POLLOUT : 0);
  std::array<pollfd, 2> ready{
      {{channel_.fd(), static_cast<short>(POLLIN | write), 0}, {sockets_.events.fd(), POLLIN, 0}}};
  if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) {
    return fail(Errc::io, std::system_category().message(errno));
  }
  if (ready[1].revents != 0) {
    take_events();
  }
  if ((ready[0].revents & POLLOUT) != 0) {
    SPRANGA_CHECK(channel_.flush());
  }
  return ready[0].revents == 0 ? Result<bool>(true) : take_orders();
}

Result<void> Service::run() {
  bool goes_on = true;
  while (goes_on && !unsent_) {
    SPRANGA_TRY(goes_on, turn());
  }
  if (unsent_ && unsent_->code != Errc::closed) {
    return Failure(*unsent_);
  }
  return {};
}

}  // namespace spranga::firewall_helper
