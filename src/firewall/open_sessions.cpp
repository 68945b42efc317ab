#include "firewall/open_sessions.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <iterator>
#include <utility>

namespace spranga::firewall {

namespace {

constexpr std::size_t most_in_filter = 32;
/// Where one ban comes after the other, a walk is followed by a rest so many times as long: many a
/// kernel lets nobody else run on that processor meanwhile, and who bans comes first.
constexpr int rest_of_walk = 100;
constexpr std::chrono::milliseconds longest_rest{250};

constexpr std::uint32_t bit(int state) {
  return 1U << static_cast<unsigned>(state);
}

constexpr std::uint32_t listening = bit(TCP_LISTEN);
/// All with a peer that came to us, or may have: not what we are about to begin.
constexpr std::uint32_t connected = bit(TCP_ESTABLISHED) | bit(TCP_SYN_RECV) | bit(TCP_FIN_WAIT1) |
                                    bit(TCP_FIN_WAIT2) | bit(TCP_CLOSE_WAIT) | bit(TCP_LAST_ACK) |
                                    bit(TCP_CLOSING);

/// Also of an IPv4 peer at an IPv6 socket.
std::optional<net::Address> peer_of(const TcpSocket& socket) {
  std::array<char, 16> bytes{};
  std::memcpy(bytes.data(), &socket.id.idiag_dst[0], bytes.size());
  return address_from({bytes.data(), socket.family == AF_INET ? 4UL : bytes.size()});
}

std::uint16_t port_of(const TcpSocket& socket) {
  return ntohs(socket.id.idiag_sport);
}

Network masked(const net::Address& address, std::uint8_t prefix) {
  std::string bytes(address.bytes());
  for (std::size_t at = prefix; at < bytes.size() * 8; ++at) {
    bytes[at / 8] =
        static_cast<char>(static_cast<unsigned char>(bytes[at / 8]) & ~(0x80U >> at % 8));
  }
  return {*address_from(bytes), prefix};
}

/// One test of the filter: goes on with the next instruction where it holds, else jumps.
void add_condition(std::string& to, const Network& peer, bool last) {
  const auto address = peer.base.bytes();
  const auto size = sizeof(inet_diag_bc_op) + sizeof(inet_diag_hostcond) + address.size();
  inet_diag_bc_op test{};
  test.code = INET_DIAG_BC_D_COND;
  test.yes = static_cast<unsigned char>(size);
  // Over the jump that follows, or behind the end of all, which means no.
  test.no = static_cast<unsigned short>(size + sizeof(inet_diag_bc_op));
  inet_diag_hostcond condition{};
  condition.family = peer.base.family() == net::Family::ipv4 ? AF_INET : AF_INET6;
  condition.prefix_len = peer.prefix;
  condition.port = -1;
  to += std::string_view(reinterpret_cast<const char*>(&test), sizeof(test));            // NOLINT
  to += std::string_view(reinterpret_cast<const char*>(&condition), sizeof(condition));  // NOLINT
  to += address;
  if (!last) {
    inet_diag_bc_op jump{};
    jump.code = INET_DIAG_BC_JMP;
    jump.yes = sizeof(jump);
    to += std::string_view(reinterpret_cast<const char*>(&jump), sizeof(jump));  // NOLINT
  }
}

bool is_one_of(const std::vector<PortRange>& ports, std::uint16_t port) {
  return ports.empty() || std::ranges::any_of(ports, [port](const PortRange& range) {
           return range.first <= port && port <= range.last;
         });
}

const net::Address& base_of(const Condemned* each) {
  return each->peer.base;
}

}  // namespace

std::string peer_filter(std::span<const Condemned> all) {
  if (all.empty() || all.size() > most_in_filter) {
    return "";
  }
  std::string out;
  std::vector<std::size_t> jumps;  // where they stand
  for (const auto& each : all) {
    const bool last = &each == &all.back();
    add_condition(out, each.peer, last);
    if (!last) {
      jumps.push_back(out.size() - sizeof(inet_diag_bc_op));
    }
  }
  // Each jumps to the end of all: that means yes.
  for (const auto at : jumps) {
    const auto distance = static_cast<unsigned short>(out.size() - at);
    std::memcpy(out.data() + at + offsetof(inet_diag_bc_op, no), &distance, sizeof(distance));
  }
  return out;
}

CondemnedPeers::CondemnedPeers(std::span<const Condemned> all) {
  for (const auto& each : all) {
    by_prefix_[each.peer.prefix].push_back(&each);
  }
  for (auto& [prefix, peers] : by_prefix_) {
    std::ranges::sort(peers, {}, base_of);
  }
}

bool CondemnedPeers::has(const net::Address& peer, std::uint16_t port) const {
  return std::ranges::any_of(by_prefix_, [&](const auto& item) {
    const auto& [prefix, peers] = item;
    if (prefix > full_prefix(peer.family())) {
      return false;
    }
    const auto base = masked(peer, prefix).base;
    auto at = std::ranges::lower_bound(peers, base, {}, base_of);
    for (; at != peers.end() && base_of(*at) == base; ++at) {
      if (is_one_of(*(*at)->ports, port)) {
        return true;
      }
    }
    return false;
  });
}

OpenSessions::OpenSessions(TcpSockets sockets)
    : sockets_(std::move(sockets)), lacking_(sockets_.lacking()) {
  if (lacking_.empty()) {
    worker_ = std::thread([this] { work(); });
  }
}

OpenSessions::~OpenSessions() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_one();
  if (worker_.joinable()) {
    worker_.join();
  }
}

void OpenSessions::end(std::vector<Condemned> condemned) {
  if (!lacking_.empty()) {
    return;
  }
  const std::lock_guard lock(mutex_);
  const bool rests = !waiting_.empty();
  const auto count = std::min(condemned.size(), most_waiting - waiting_.size());
  std::move(condemned.begin(),
            condemned.begin() + static_cast<std::ptrdiff_t>(count),
            std::back_inserter(waiting_));
  if (!rests) {
    changed_.notify_one();
  }
}

void OpenSessions::work() {
  using std::chrono::steady_clock;
  auto rested = steady_clock::now();
  for (;;) {
    std::vector<Condemned> all;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
      changed_.wait_until(lock, rested, [this] { return ends_; });
      if (ends_) {
        return;
      }
      all.swap(waiting_);
    }
    const auto begun = steady_clock::now();
    sweep(all);
    const auto now = steady_clock::now();
    rested = now + std::min<steady_clock::duration>(rest_of_walk * (now - begun), longest_rest);
  }
}

std::set<std::uint16_t> OpenSessions::listening_ports() {
  std::set<std::uint16_t> out;
  sockets_.walk(listening, "", [&out](const TcpSocket& socket) { out.insert(port_of(socket)); });
  return out;
}

void OpenSessions::sweep(const std::vector<Condemned>& all) {
  const auto ports = listening_ports();
  const auto filter = peer_filter(all);
  std::vector<std::pair<net::Address, TcpSocket>> found;
  sockets_.walk(connected, filter, [&](const TcpSocket& socket) {
    const auto peer = peer_of(socket);
    if (peer && ports.contains(port_of(socket)) && !peer->is_loopback()) {
      found.emplace_back(*peer, socket);
    }
  });
  if (found.empty()) {
    return;
  }
  const CondemnedPeers condemned(all);
  for (const auto& [peer, socket] : found) {
    if (condemned.has(peer, port_of(socket))) {
      // One that ended by itself meanwhile is not there any more; the rules see to the rest.
      sockets_.destroy(socket);
    }
  }
}

}  // namespace spranga::firewall
