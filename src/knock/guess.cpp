#include "knock/guess.h"

#include <random>

#include "smtp/refusal.h"
#include "smtp/sasl.h"

namespace spranga::knock {

namespace {

constexpr std::string_view hidden = "********";
constexpr int goodbye = 421;

/// One session from connect to QUIT; the first step that fails decides.
class Attempt {
public:
  Attempt(const Site& site, const World& world) : site_(site), world_(world) {
    answer_.at = world.clock.now();
  }

  /// TLS and AUTH reached? Else `answer` is final.
  bool arrive();
  void guess(const std::string& user, const std::string& password);
  void ask();

  Answer take(std::string_view purpose) {
    if (answer_.end == SteadyTime{}) {
      answer_.end = world_.clock.now();
    }
    if (session_) {
      session_->quit();
      if (world_.keep) {
        world_.keep(purpose, endpoint(), session_->in_tls(), session_->transcript());
      }
    }
    return std::move(answer_);
  }

private:
  bool connect();
  bool greet();
  bool secure();
  bool shake_hands();
  bool hello();
  bool step(const Result<smtp::Reply>& reply, int wanted);
  void judge(const Result<smtp::Reply>& reply);
  Result<smtp::Reply> plain(const std::string& user, const std::string& password);
  Result<smtp::Reply> login(const std::string& user, const std::string& password);
  Result<smtp::Reply> timed(std::string_view line, std::string_view shown);

  bool lost(Kind kind, std::string words) {
    answer_.outcome = Outcome::shut;
    answer_.kind = kind;
    answer_.reply = std::move(words);
    return false;
  }

  bool give_up(Outcome outcome, Kind kind, std::string words) {
    answer_.outcome = outcome;
    answer_.kind = kind;
    answer_.reply = std::move(words);
    return false;
  }

  [[nodiscard]] net::Endpoint endpoint() const {
    return {site_.address, static_cast<std::uint16_t>(site_.port)};
  }

  const Site& site_;
  const World& world_;
  std::optional<smtp::Session> session_;
  Answer answer_;
};

bool Attempt::connect() {
  auto transport = world_.dialer.connect(endpoint(), answer_.at + site_.connect_patience);
  if (!transport) {
    return lost(kind_of_attempt(transport.error().code), transport.error().detail);
  }
  session_.emplace(std::move(*transport),
                   world_.clock,
                   smtp::SessionTiming{world_.origin, SteadyTime::max(), site_.reply_patience});
  return true;
}

bool Attempt::greet() {
  const auto reply = session_->unasked_reply(site_.reply_patience);
  if (!reply) {
    return lost(kind_of_loss(reply.error().code), reply.error().detail);
  }
  if (!*reply) {
    return lost(Kind::hang, "no greeting in time");
  }
  return (*reply)->code == 220 || lost(Kind::turned_away, (*reply)->first_line());
}

/// A reply that must have this code: anything else ends the attempt.
bool Attempt::step(const Result<smtp::Reply>& reply, int wanted) {
  if (!reply) {
    return lost(kind_of_loss(reply.error().code), reply.error().detail);
  }
  if (reply->code == wanted) {
    return true;
  }
  if (reply->code == goodbye) {
    return lost(Kind::turned_away, reply->first_line());
  }
  const bool limited = smtp::reason_of(*reply) == smtp::Reason::too_many;
  return give_up(
      limited ? Outcome::stopped : Outcome::unusable, Kind::limited, reply->first_line());
}

bool Attempt::hello() {
  return step(session_->hello(site_.ehlo_name), 250);
}

bool Attempt::shake_hands() {
  const auto tls = session_->handshake(site_.tls);
  if (!tls) {
    const auto& early = session_->early_bytes();
    const bool refused = early.starts_with("421") || early.starts_with("554");
    return refused ? lost(Kind::turned_away, early.substr(0, early.find('\r')))
                   : lost(kind_of_loss(tls.error().code), tls.error().detail);
  }
  if (!session_->safe_for_secrets()) {
    answer_.certificate_trouble =
        tls->certificate_trusted ? "the name does not match" : tls->certificate_problem;
    return give_up(Outcome::unusable, Kind::closed, answer_.certificate_trouble);
  }
  return true;
}

bool Attempt::secure() {
  if (site_.implicit_tls) {
    return shake_hands() && greet() && hello();
  }
  return greet() && hello() && step(session_->command("STARTTLS"), 220) && shake_hands() && hello();
}

bool Attempt::arrive() {
  if (!connect() || !secure()) {
    return false;
  }
  const auto& offered = session_->capabilities();
  return offered.offers("PLAIN") || offered.offers("LOGIN") ||
         give_up(Outcome::stopped, Kind::auth_withdrawn, "neither PLAIN nor LOGIN is offered");
}

Result<smtp::Reply> Attempt::timed(std::string_view line, std::string_view shown) {
  const auto sent = world_.clock.now();
  answer_.secret_sent = true;
  auto reply = session_->secret_command(line, shown);
  answer_.end = world_.clock.now();
  answer_.delay = std::chrono::duration_cast<Milliseconds>(answer_.end - sent);
  return reply;
}

Result<smtp::Reply> Attempt::plain(const std::string& user, const std::string& password) {
  const auto response = smtp::plain_response(user, password);
  return timed("AUTH PLAIN " + response, "AUTH PLAIN " + std::string(hidden));
}

Result<smtp::Reply> Attempt::login(const std::string& user, const std::string& password) {
  auto reply = session_->command("AUTH LOGIN");
  if (!reply || reply->code != 334) {
    return reply;
  }
  reply = session_->secret_command(smtp::base64(user), hidden);
  if (!reply || reply->code != 334) {
    return reply;
  }
  return timed(smtp::base64(password), hidden);
}

void Attempt::judge(const Result<smtp::Reply>& reply) {
  if (!reply) {
    lost(kind_of_loss(reply.error().code), reply.error().detail);
    return;
  }
  answer_.code = reply->code;
  answer_.reply = reply->first_line();
  const auto reason = smtp::reason_of(*reply);
  if (reply->code == 235) {
    answer_.outcome = Outcome::accepted;
  } else if (reason == smtp::Reason::too_many) {
    answer_.outcome = Outcome::stopped;
    answer_.kind = reply->code == goodbye ? Kind::turned_away : Kind::limited;
  } else if (reply->temporary() || reply->code == 535 || reason == smtp::Reason::bad_credentials) {
    answer_.outcome = Outcome::judged;
  } else {
    answer_.outcome = Outcome::unusable;
    answer_.kind = Kind::limited;
  }
}

/// A refusal of PLAIN itself: LOGIN is asked for instead, nothing was judged.
bool refuses_mechanism(const Result<smtp::Reply>& reply) {
  return reply && reply->code >= 500 &&
         (reply->code == 500 || reply->code == 501 || reply->code == 504 ||
          smtp::reason_of(*reply) == smtp::Reason::mechanism);
}

void Attempt::guess(const std::string& user, const std::string& password) {
  const auto& offered = session_->capabilities();
  const bool has_login = offered.offers("LOGIN");
  if (!offered.offers("PLAIN")) {
    judge(login(user, password));
    return;
  }
  const auto reply = plain(user, password);
  judge(has_login && refuses_mechanism(reply) ? login(user, password) : reply);
}

void Attempt::ask() {
  const auto& offered = session_->capabilities();
  const auto reply = session_->command(offered.offers("PLAIN") ? "AUTH PLAIN" : "AUTH LOGIN");
  if (reply && reply->code == 334) {
    answer_.outcome = Outcome::judged;
    answer_.code = reply->code;
    answer_.reply = reply->first_line();
    // Given up at once; whether the server says so decides nothing.
    static_cast<void>(session_->command("*"));
    return;
  }
  judge(reply);
}

}  // namespace

Answer guess(const Site& site,
             const World& world,
             const std::string& user,
             const std::string& password) {
  Attempt attempt(site, world);
  if (attempt.arrive()) {
    attempt.guess(user, password);
  }
  return attempt.take("guess");
}

Answer ask(const Site& site, const World& world) {
  Attempt attempt(site, world);
  if (attempt.arrive()) {
    attempt.ask();
  }
  return attempt.take("door");
}

std::string random_password() {
  constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  constexpr std::size_t length = 16;
  std::random_device device;
  std::uniform_int_distribution<std::size_t> pick(0, letters.size() - 1);
  std::string out;
  for (std::size_t i = 0; i < length; ++i) {
    out += letters[pick(device)];
  }
  return out;
}

}  // namespace spranga::knock
