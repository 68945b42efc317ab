#include "daemon/mailer.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "daemon/log_writer.h"
#include "guard/live/field_texts.h"
#include "words/language.h"

namespace spranga::daemon {

namespace {

namespace mail = guard::mail;
using guard::Level;
using net_helper::Tls;

constexpr std::chrono::seconds time_for_a_mail{60};
constexpr std::size_t quick_to_save = 64 << 10;  // what is more waits for company
constexpr std::chrono::seconds save_every{2};

words::Language language_of(const mail::Settings& settings) {
  return settings.language.value_or(words::language_of_environment([](const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
    return std::string_view(value == nullptr ? "" : value);
  }));
}

/// Of local time from UTC.
std::chrono::seconds offset_at(std::chrono::system_clock::time_point at) {
  const auto seconds = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return std::chrono::seconds(parts.tm_gmtoff);
}

std::string text_of(ban::Instant at) {
  return local_time(std::chrono::floor<std::chrono::seconds>(at));
}

Tls tls_of(mail::Protection protection) {
  switch (protection) {
    case mail::Protection::automatic:
      return Tls::automatic;
    case mail::Protection::starttls:
      return Tls::starttls;
    case mail::Protection::implicit:
      return Tls::implicit;
    case mail::Protection::opportunistic:
      return Tls::opportunistic;
    case mail::Protection::none:
      return Tls::none;
  }
  return Tls::starttls;
}

std::uint64_t number_in(const std::string& text) {
  std::uint64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::string option(const plan::GuardPlan& plan, const std::string& name) {
  const auto found = plan.own.find(name);
  return found == plan.own.end() ? "" : found->second;
}

}  // namespace

net_helper::Mail mail_of(const mail::Letter& letter, const std::string& host) {
  const auto& server = letter.route.server;
  net_helper::Mail out;
  out.server = server.host;
  out.port = server.port;
  out.tls = tls_of(server.tls);
  out.ca_file = server.ca_file;
  out.helo = host;
  out.user = server.user;
  out.password = server.password;
  out.sender = letter.route.sender;
  out.recipients = letter.route.recipients;
  out.message = letter.message;
  return out;
}

mail::Outcome outcome_of(const net_helper::Answer& answer) {
  mail::Outcome out;
  out.error = answer.error;
  out.for_good = answer.for_good;
  for (const auto& refused : answer.refused) {
    out.refused.push_back({refused.recipient, refused.words, refused.for_good});
  }
  return out;
}

mail::Outcome outcome_of(const action_runner::Reply& reply) {
  mail::Outcome out;
  if (reply.outcome != action_runner::Outcome::done) {
    out.error =
        reply.why.empty() ? "sendmail: exit status " + std::to_string(reply.exit_code) : reply.why;
    out.for_good = reply.outcome == action_runner::Outcome::refused;
  }
  return out;
}

Mailer::Mailer(NetLink& net,
               RunnerLink& runner,
               guard::Log& log,
               const Clock& clock,
               const std::string& folder)
    : net_(net),
      runner_(runner),
      log_(log),
      clock_(clock),
      file_(folder.empty() ? "" : folder + "/mail.outbox") {
  post_.emplace(mail::Settings{}, mail::Teller{}, std::chrono::seconds(0));
}

ban::Instant Mailer::now() const {
  return std::chrono::time_point_cast<ban::Instant::duration>(clock_.wall());
}

mail::Settings Mailer::settings_of(const plan::GuardPlan& plan) {
  std::vector<std::string> complaints;
  auto out = mail::read_settings(plan.own, host_, complaints);
  for (const auto& complaint : complaints) {
    log_.write(Level::warning, "mail", complaint);
  }
  return out;
}

/// Those that have passwords, for letters of an earlier life.
std::vector<mail::Server> Mailer::servers_of(const plan::GuardPlan& plan) {
  std::vector<mail::Server> out{post().settings().route.server};
  for (const auto& jail : plan.jails) {
    for (const auto& action : jail.actions) {
      std::vector<std::string> said_elsewhere;
      const auto known = mail::mail_action(action, post().settings().route, host_, said_elsewhere);
      if (known && known->is_smtp_script) {
        out.push_back(known->route.server);
      }
    }
  }
  return out;
}

void Mailer::open(const plan::GuardPlan& plan) {
  if (const auto host = option(plan, "mail_host"); !host.empty()) {
    host_ = host;
  }
  auto settings = settings_of(plan);
  const auto language = language_of(settings);
  post_.emplace(
      std::move(settings), mail::Teller{language, host_, text_of}, offset_at(clock_.wall()));
  open_countries();
  const auto left = file_.read();
  if (!left) {
    log_.write(Level::error, "mail", left.error().detail);
  } else if (!left->empty()) {
    if (const auto restored = post().restore(*left, servers_of(plan), now()); !restored) {
      log_.write(Level::error, "mail", restored.error().detail);
    }
  }
}

void Mailer::change(const plan::GuardPlan& plan) {
  auto settings = settings_of(plan);
  const auto language = language_of(settings);
  post().change(std::move(settings), language);
  post().hasten(now());
  open_countries();
}

void Mailer::open_countries() {
  const auto& wanted = post().settings().geoip;
  if (wanted == geoip_ && country_.knows_something()) {
    return;
  }
  geoip_ = wanted;
  auto opened = mail::Country::open(wanted);
  if (!opened) {
    log_.write(Level::warning, "mail", "geoip: " + opened.error().detail);
    return;
  }
  country_ = *std::move(opened);
}

std::optional<Mailer::Route> Mailer::route_of(const ban::ActionSpec& action) {
  std::vector<std::string> complaints;
  auto known = mail::mail_action(action, post().settings().route, host_, complaints);
  const bool ours =
      known && (known->is_smtp_script || post().settings().rhythm != mail::Rhythm::off);
  if (!ours) {
    return std::nullopt;
  }
  if (known->looks_up_owner) {
    complaints.push_back(action.name + ": without a whois report");
  }
  for (const auto& complaint : complaints) {
    log_.write(Level::info, "mail", complaint);
  }
  return std::move(known->route);
}

const Mailer::Route* Mailer::usual() const {
  return post().settings().rhythm == mail::Rhythm::off ? nullptr : &post().settings().route;
}

void Mailer::on_ban(const Route& route, const guard::HeldBan& held) {
  mail::BanNews news;
  news.ban = held.ban;
  if (!post().has_room(route)) {  // of a storm
    post().on_ban(route, std::move(news), now());
    return;
  }
  news.country = country_.of(held.ban.target);
  const auto& [matches, fields, rule] = held.evidence();
  news.rule = rule;
  // What no line shows may be a password that was hidden from them.
  if (const auto user = fields.find("user");
      user != fields.end() && guard::is_shown(user->second, matches)) {
    news.user = user->second;
  }
  news.lines = mail::lines_to_show(matches, post().settings().lines);
  post().on_ban(route, std::move(news), now());
}

void Mailer::tell_start(const Jails& jails) {
  for (const auto& [route, names] : jails) {
    post().on_start(route, names, now());
  }
}

void Mailer::tell_stop(const Jails& jails) {
  for (const auto& [route, names] : jails) {
    post().on_stop(route, names, now());
  }
}

void Mailer::on_clock() {
  post().set_offset(offset_at(clock_.wall()));
  for (const auto& letter : post().take_due(now())) {
    hand_over(letter);
  }
  write_log();
  keep_state(false);
}

void Mailer::hand_over(const mail::Letter& letter) {
  if (!letter.route.server.sendmail) {
    net_helper::Request request;
    request.what = net_helper::Request::What::mail;
    request.text = std::to_string(letter.id);
    request.timeout = time_for_a_mail;
    request.mail = mail_of(letter, host_);
    net_.send(std::move(request), clock_.now());
    return;
  }
  if (letter.message.size() > net_helper::largest_mail) {
    on_outcome(letter.id, {"a mail that is too large", true, {}});
    return;
  }
  action_runner::Request request;
  request.verb = action_runner::Verb::mail;
  request.tags = {{"letter", std::to_string(letter.id)},
                  {"from", letter.route.sender},
                  {"to", fmt::format("{}", fmt::join(letter.route.recipients, "\n"))},
                  {"message", letter.message}};
  if (!runner_.send(std::move(request))) {
    on_outcome(letter.id, {"there is no action runner", false, {}});
  }
}

void Mailer::on_answer(const net_helper::Request& request, const net_helper::Answer& answer) {
  on_outcome(number_in(request.text), outcome_of(answer));
}

void Mailer::on_reply(const action_runner::Request& request, const action_runner::Reply& reply) {
  const auto letter = request.tags.find("letter");
  on_outcome(letter == request.tags.end() ? 0 : number_in(letter->second), outcome_of(reply));
}

void Mailer::on_outcome(std::uint64_t letter, const mail::Outcome& outcome) {
  trouble_ = outcome.error;
  post().on_outcome(letter, outcome, now());
}

void Mailer::write_log() {
  for (const auto& line : post().take_log()) {
    log_.write(line.starts_with("mail sent") ? Level::info : Level::warning, "mail", line);
  }
}

void Mailer::keep_state(bool at_once) {
  if (const auto trouble = file_.take_trouble(); !trouble.empty()) {
    log_.write(Level::error, "mail", "mails that wait are not kept: " + trouble);
  }
  if (!post().changed() || (!at_once && clock_.now() < next_save_)) {
    return;
  }
  auto bytes = post().pack();
  next_save_ = bytes.size() < quick_to_save ? clock_.now() : clock_.now() + save_every;
  file_.keep(std::move(bytes));
}

void Mailer::finish(std::chrono::milliseconds time) {
  post().close(now());
  const auto end = clock_.now() + time;
  for (;;) {
    on_clock();
    const bool busy = net_.open_mails() > 0 || runner_.open_requests() > 0;
    if (!busy || clock_.now() >= end) {
      break;
    }
    pollfd ready[] = {{net_.fd(), POLLIN, 0}, {runner_.fd(), POLLIN, 0}};
    constexpr int a_while_ms = 50;
    static_cast<void>(::poll(ready, 2, net_.has_news() ? 0 : a_while_ms));
    net_.on_writable(clock_.now());
    net_.on_readable(clock_.now());
    net_.on_clock(clock_.now());
    runner_.on_writable();
    runner_.on_readable();
  }
  keep_state(true);
  write_log();
  constexpr std::chrono::seconds time_to_write{1};
  if (const auto written = file_.flush(time_to_write); !written) {
    log_.write(Level::error, "mail", written.error().detail);
  }
}

std::string Mailer::trouble() const {
  const auto waiting = post().letters_waiting();
  return trouble_.empty() || waiting == 0 ? ""
                                          : std::to_string(waiting) + " mails wait: " + trouble_;
}

}  // namespace spranga::daemon
