#include "tests/support/guarded_server.h"

#include <algorithm>
#include <deque>
#include <memory>

namespace spranga::test {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string from_base64(std::string_view text) {
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) {
      break;
    }
    bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFFFU;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
    }
  }
  return out;
}

/// What there is to read, and from when.
struct Piece {
  SteadyTime ready;
  std::string bytes;
  std::optional<Errc> failure;
};

}  // namespace

class GuardedConnection final : public net::Transport {
public:
  GuardedConnection(GuardedServer& server, std::string client, int port)
      : server_(server), client_(std::move(client)), port_(port) {
    if (server_.implicit_tls.count(port) == 0) {
      greet();
    }
  }

  [[nodiscard]] Result<void> write(std::string_view bytes, SteadyTime /*deadline*/) override {
    if (lost()) {
      return {};  // sent into nowhere
    }
    auto line = std::string(bytes.substr(0, bytes.find('\r')));
    hear(line);
    return {};
  }

  [[nodiscard]] Result<std::string> read_some(SteadyTime deadline) override {
    if (pieces_.empty() || pieces_.front().ready > deadline) {
      server_.clock_.advance_to(deadline);
      return fail(Errc::timeout, "no answer in time");
    }
    auto piece = std::move(pieces_.front());
    pieces_.pop_front();
    server_.clock_.advance_to(piece.ready);
    if (piece.failure) {
      return fail(*piece.failure, "the connection ended");
    }
    return piece.bytes;
  }

  [[nodiscard]] Result<net::TlsFacts> start_tls(const net::TlsOptions& /*options*/,
                                                SteadyTime /*deadline*/) override {
    tls_ = true;
    net::TlsFacts facts;
    facts.certificate_trusted = server_.good_certificate;
    facts.name_matches = true;
    facts.certificate_problem = server_.good_certificate ? "" : "self-signed certificate";
    facts.cipher = "TLS_AES_256_GCM_SHA384";
    if (server_.implicit_tls.count(port_) > 0) {
      greet();
    }
    return facts;
  }

  void close() override { pieces_.clear(); }

  [[nodiscard]] net::Address local_address() const override {
    return *net::Address::parse(client_);
  }

private:
  [[nodiscard]] bool lost() const { return !server_.is_up(port_); }

  void say(std::string line, Milliseconds after = Milliseconds(1)) {
    pieces_.push_back({server_.clock_.now() + after, std::move(line) + "\r\n", std::nullopt});
  }

  void end(Errc how) { pieces_.push_back({server_.clock_.now(), "", how}); }

  void greet() {
    if (server_.banned(client_, port_)) {
      switch (server_.guard.how) {
        case Shutting::close:
          end(Errc::closed);
          return;
        case Shutting::reset:
          end(Errc::reset);
          return;
        case Shutting::hang:
          return;
        case Shutting::say_421:
          say(server_.goodbye);
          end(Errc::closed);
          return;
        default:
          break;
      }
    }
    say("220 mail.example.org ESMTP");
  }

  [[nodiscard]] bool shut_by(Shutting how) {
    return server_.guard.how == how && server_.banned(client_, port_);
  }

  void hear(const std::string& line) {
    if (awaiting_ != 0) {
      answer_login(line);
    } else if (line.starts_with("EHLO")) {
      const bool auth = tls_ && !shut_by(Shutting::withdraw_auth);
      say("250-mail.example.org\r\n" + std::string(tls_ ? "" : "250-STARTTLS\r\n") +
          (auth ? "250-AUTH " + server_.mechanisms + "\r\n" : "") + "250 HELP");
    } else if (line == "STARTTLS") {
      say("220 2.0.0 Ready");
    } else if (line.starts_with("AUTH ") && shut_by(Shutting::say_450)) {
      say("450 4.7.1 Error: too many AUTH commands from " + client_);
    } else if (line.starts_with("AUTH PLAIN ")) {
      const auto secret = from_base64(line.substr(11));
      const auto second = secret.find('\0', 1);
      judge("PLAIN", secret.substr(1, second - 1), secret.substr(second + 1));
    } else if (line == "AUTH PLAIN") {
      awaiting_ = 3;
      say("334 ");
    } else if (line == "AUTH LOGIN") {
      awaiting_ = 1;
      say("334 VXNlcm5hbWU6");
    } else if (line != "QUIT") {
      say("500 5.5.2 What?");
    }
  }

  void answer_login(const std::string& line) {
    const int step = std::exchange(awaiting_, 0);
    if (line == "*") {
      say("501 5.7.0 Authentication aborted");
    } else if (step == 1) {
      user_ = from_base64(line);
      const auto refusal = server_.at_user ? server_.at_user() : "";
      awaiting_ = refusal.empty() ? 2 : 0;
      say(refusal.empty() ? "334 UGFzc3dvcmQ6" : refusal);
    } else {
      judge("LOGIN", user_, from_base64(line));
    }
  }

  void judge(std::string mechanism, std::string user, std::string password) {
    Milliseconds delay{0};
    auto reply = server_.judge({client_,
                                std::move(mechanism),
                                std::move(user),
                                std::move(password),
                                tls_,
                                server_.clock_.now()},
                               delay);
    say(std::move(reply), delay);
  }

  GuardedServer& server_;
  std::string client_;
  int port_;
  bool tls_{false};
  int awaiting_{0};  // 1: LOGIN's user, 2: its password, 3: PLAIN's response
  std::string user_;
  std::deque<Piece> pieces_;
};

class GuardedClient final : public net::Dialer {
public:
  GuardedClient(GuardedServer& server, std::string client)
      : server_(server), client_(std::move(client)) {}

  [[nodiscard]] Result<std::unique_ptr<net::Transport>> connect(const net::Endpoint& to,
                                                                SteadyTime deadline) override {
    ++server_.connections_;
    const int port = to.port;
    const bool dead = server_.dies_at && server_.clock_.now() >= *server_.dies_at;
    const bool shut = server_.banned(client_, port);
    if (dead || (shut && server_.guard.how == Shutting::drop)) {
      server_.clock_.advance_to(deadline);
      return fail(Errc::timeout, "no answer in time");
    }
    if (!server_.is_up(port) || (shut && server_.guard.how == Shutting::refuse)) {
      return fail(Errc::refused, "Connection refused");
    }
    return std::unique_ptr<net::Transport>(
        std::make_unique<GuardedConnection>(server_, client_, port));
  }

private:
  GuardedServer& server_;
  std::string client_;
};

net::Dialer& GuardedServer::from(const std::string& client) {
  auto& dialer = clients_[client];
  if (!dialer) {
    dialer = std::make_unique<GuardedClient>(*this, client);
  }
  return *dialer;
}

bool GuardedServer::is_up(int port) const {
  const auto now = clock_.now();
  const bool stopped =
      mail_stops_at && now >= *mail_stops_at && (port == 25 || port == 465 || port == 587);
  return open.count(port) > 0 && !stopped && !(dies_at && now >= *dies_at);
}

bool GuardedServer::banned(const std::string& client, int port) {
  const auto found = bans_.find(client);
  const auto now = clock_.now();
  if (found == bans_.end() || guard.ports.count(port) == 0 || now < found->second.from ||
      now >= found->second.to) {
    return false;
  }
  if (guard.renewed) {
    found->second.to = now + guard.lasts;
  }
  return true;
}

std::string GuardedServer::judge(const Login& login, Milliseconds& delay_out) {
  logins_.push_back(login);
  const int failure = ++failures_[login.client];
  delay_out = delay(failure);
  auto reply = verdict(failure, login.user);
  if (reply.starts_with("235") || (reply.starts_with("4") && !guard.counts_temporary)) {
    return reply;
  }
  const int counted = ++counted_[login.client];
  if (guard.ban_after > 0 && counted == guard.ban_after) {
    const auto from = clock_.now() + delay_out + guard.lag;
    bans_[login.client] = {from, from + guard.lasts};
  }
  return reply;
}

}  // namespace spranga::test
