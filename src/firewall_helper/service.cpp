#include "firewall_helper/service.h"

#include <fmt/core.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "firewall/ipset.h"
#include "firewall/nft_events.h"

namespace spranga::firewall_helper {

using firewall::Backend;
using firewall::NetlinkSocket;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds look_every{300};
constexpr milliseconds look_again{10'000};  // where they could not be made again
constexpr int most_looking = 50;            // times as long nothing is looked at

}  // namespace

Result<Sockets> open_sockets() {
  SPRANGA_TRY(auto nftables, NetlinkSocket::open(NETLINK_NETFILTER));
  SPRANGA_TRY(auto ipset, NetlinkSocket::open(NETLINK_NETFILTER));
  SPRANGA_TRY(auto events, NetlinkSocket::open(NETLINK_NETFILTER));
  SPRANGA_CHECK(events.join(NFNLGRP_NFTABLES, nftables.port()));
  return Sockets{
      std::move(nftables), std::move(ipset), std::move(events), firewall::open_sock_diag()};
}

Service::Service(process::Channel channel, Sockets sockets, Result<TableClaim> claim)
    : channel_(std::move(channel)),
      sockets_(std::move(sockets)),
      claim_(std::move(claim)),
      sessions_(firewall::TcpSockets(std::move(sockets_.sessions))),
      doors_([this](Backend which, const firewall::Start& setup) { return make(which, setup); },
             [this](const firewall::Answer& what) { answer(what); },
             [this](const firewall::Door& door, const firewall::Entry& entry) {
               banned(door, entry);
             }) {}

Result<std::unique_ptr<firewall::KernelBackend>> Service::make(Backend which,
                                                               const firewall::Start& setup) {
  if (which != Backend::nftables) {
    auto out = std::make_unique<firewall::Ipset>(std::move(sockets_.ipset));
    ipset_ = out.get();
    return out;
  }
  if (!claim_) {
    return Failure(claim_.error());
  }
  if (claim_->table() != setup.table) {
    return fail(Errc::denied, "this process has the table " + claim_->table());
  }
  auto out = std::make_unique<firewall::Nftables>(std::move(sockets_.nftables), setup.table);
  out->spare(sockets_.events);
  nftables_ = out.get();
  return out;
}

void Service::banned(const firewall::Door& door, const firewall::Entry& entry) {
  if (door.protocols == firewall::Protocols::udp) {
    return;
  }
  if (!ports_ || *ports_ != door.ports) {
    ports_ = std::make_shared<const std::vector<firewall::PortRange>>(door.ports);
  }
  condemned_.push_back({{entry.base, entry.prefix}, ports_});
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
    if (!condemned_.empty()) {
      sessions_.end(std::exchange(condemned_, {}));
    }
    if (nftables_ != nullptr && nftables_->take_missed()) {
      tell_lost("other rules were changed while bans went in: table " + nftables_->table() +
                    " may have been among them",
                nftables_->repair());
    }
  }
}

void Service::take_events() {
  std::optional<std::string> why;
  bool touched = false;
  const bool whole = sockets_.events.drain([&](const nlmsghdr& message) {
    if (nftables_ != nullptr && !why) {
      why = firewall::nft::loss(message, nftables_->table(), nftables_->port());
    }
    touched = touched || firewall::nft::touches_iptables(message);
  });
  if (ipset_ != nullptr && (touched || !whole)) {
    answer(firewall::RulesTouched{});
  }
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
    tell_lost(*why, nftables_->repair());
  }
}

void Service::tell_lost(const std::string& why, const Result<void>& repaired) {
  answer(firewall::Lost{repaired ? why : fmt::format("{}; {}", why, repaired.error().detail)});
}

/// Of sets of ipset the kernel tells nobody. Where a look takes long, it is had less often.
void Service::look_at_sets() {
  const auto begun = steady_clock::now();
  auto pause = look_every;
  if (const auto why = ipset_->look(begun)) {
    const auto repaired = ipset_->repair();
    tell_lost(*why, repaired);
    pause = repaired ? look_every : look_again;
  }
  const auto took = steady_clock::now() - begun;
  next_look_ = begun + std::max<steady_clock::duration>(pause, most_looking * took);
}

Result<bool> Service::turn() {
  const auto write = static_cast<short>(channel_.wants_to_write() ? POLLOUT : 0);
  std::array<pollfd, 2> ready{
      {{channel_.fd(), static_cast<short>(POLLIN | write), 0}, {sockets_.events.fd(), POLLIN, 0}}};
  const bool looks = ipset_ != nullptr && ipset_->has_doors();
  const auto left = std::chrono::ceil<milliseconds>(next_look_ - steady_clock::now()).count();
  const int wait = looks ? static_cast<int>(std::max<std::int64_t>(0, left)) : -1;
  if (::poll(ready.data(), ready.size(), wait) < 0 && errno != EINTR) {
    return fail(Errc::io, std::system_category().message(errno));
  }
  if (looks && steady_clock::now() >= next_look_) {
    look_at_sets();
  }
  if (ready[1].revents != 0) {
    take_events();
  }
  if ((ready[0].revents & POLLOUT) != 0) {
    SPRANGA_CHECK(channel_.flush());
  }
  return ready[0].revents == 0 ? Result<bool>(true) : take_orders();
}

void Service::tell_lacking() {
  if (const auto& lacking = sessions_.lacking(); !lacking.empty()) {
    answer(firewall::Lacking{"what a banned client has open does not end at once: this kernel " +
                             lacking});
  }
}

Result<void> Service::run() {
  tell_lacking();
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
