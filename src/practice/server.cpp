#include "practice/server.h"

#include <array>
#include <atomic>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "net/listener.h"

namespace spranga::practice {

namespace {

constexpr std::chrono::milliseconds look_around{100};  // how soon a thread sees that it should stop
constexpr std::size_t longest_line = 8192;
constexpr int most_sessions = 64;
constexpr int wrong_passwords = 5;  // then nobody is let in any more: there is but one client

struct ServiceRow {
  std::uint16_t port;
  Service service;
};

constexpr std::array services = {ServiceRow{25, Service::smtp},
                                 ServiceRow{587, Service::submission},
                                 ServiceRow{465, Service::submissions}};

SteadyTime soon() {
  return std::chrono::steady_clock::now() + look_around;
}

/// One connection, from greeting to close.
class Session {
public:
  Session(net::TcpTransport& transport,
          Dialogue dialogue,
          SSL_CTX* context,
          std::atomic<int>& failures,
          const std::stop_token& stop)
      : transport_(transport),
        dialogue_(std::move(dialogue)),
        context_(context),
        failures_(failures),
        stop_(stop) {}

  void run(bool implicit_tls) {
    if (implicit_tls && !handshake()) {
      return;
    }
    if (!send(dialogue_.greeting())) {
      return;
    }
    std::string line;
    while (read_line(line) && obey(dialogue_.answer(line))) {
    }
  }

private:
  [[nodiscard]] static SteadyTime patience() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(10);
  }

  bool send(std::string_view text) { return transport_.write(text, patience()).has_value(); }

  bool handshake() { return transport_.accept_tls(context_, patience()).has_value(); }

  bool obey(const Answer& answer) {
    failures_ += answer.text.starts_with("535") ? 1 : 0;
    if (!send(answer.text) || answer.next == Next::close) {
      return false;
    }
    if (answer.next == Next::start_tls) {
      buffer_.clear();  // what came with STARTTLS is thrown away
      if (!handshake()) {
        return false;
      }
      dialogue_.secured();
    }
    return true;
  }

  bool read_line(std::string& line) {
    for (;;) {
      if (const auto end = buffer_.find('\n'); end != std::string::npos) {
        line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        if (!line.empty() && line.back() == '\r') {
          line.pop_back();
        }
        return true;
      }
      if (buffer_.size() > longest_line || stop_.stop_requested()) {
        return false;
      }
      auto bytes = transport_.read_some(soon());
      if (bytes) {
        buffer_ += *bytes;
      } else if (bytes.error().code != Errc::timeout) {
        return false;
      }
    }
  }

  net::TcpTransport& transport_;
  Dialogue dialogue_;
  SSL_CTX* context_;
  std::atomic<int>& failures_;
  std::stop_token stop_;
  std::string buffer_;
};

class ThreadedServer final : public Server {
public:
  ThreadedServer(const Weaknesses& weaknesses, const Mailbox& mailbox, net::ServerIdentity identity)
      : weaknesses_(weaknesses), mailbox_(mailbox), identity_(std::move(identity)) {}

  Result<void> open() {
    for (const auto& row : services) {
      SPRANGA_TRY(auto listener, net::Listener::open({*net::Address::parse("127.0.0.1"), 0}));
      ports_[row.port] = listener.endpoint().port;
      acceptors_.emplace_back(
          [this, row, listener = std::move(listener)](const std::stop_token& stop) {
            accept_all(listener, row.service, stop);
          });
    }
    return {};
  }

  [[nodiscard]] std::map<std::uint16_t, std::uint16_t> ports() const override { return ports_; }

  [[nodiscard]] const std::string& ca_pem() const override { return identity_.ca_pem(); }

private:
  void accept_all(const net::Listener& listener, Service service, const std::stop_token& stop) {
    std::list<std::jthread> sessions;  // joined when the acceptor ends
    while (!stop.stop_requested()) {
      auto accepted = listener.accept(soon());
      if (!accepted || sessions.size() >= most_sessions) {
        continue;
      }
      if (!weaknesses_.no_guard && failures_ >= wrong_passwords) {
        continue;  // closed without a word
      }
      sessions.emplace_back([this, service, stop, transport = std::move(*accepted)]() {
        Session(*transport,
                Dialogue(weaknesses_, service, mailbox_),
                identity_.context(),
                failures_,
                stop)
            .run(service == Service::submissions);
      });
    }
  }

  Weaknesses weaknesses_;
  Mailbox mailbox_;
  net::ServerIdentity identity_;
  std::map<std::uint16_t, std::uint16_t> ports_;
  std::atomic<int> failures_{0};
  std::vector<std::jthread> acceptors_;  // last: their threads use everything above
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const Weaknesses& weaknesses,
                                              const Mailbox& mailbox) {
  const auto lowest = weaknesses.old_tls ? net::TlsVersion::tls1_0 : net::TlsVersion::tls1_2;
  SPRANGA_TRY(auto identity,
              net::ServerIdentity::make({mailbox.host, lowest, net::TlsVersion::tls1_3}));
  auto server = std::make_unique<ThreadedServer>(weaknesses, mailbox, std::move(identity));
  SPRANGA_CHECK(server->open());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace spranga::practice
