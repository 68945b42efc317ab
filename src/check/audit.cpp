#include "check/audit.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <thread>

#include "check/noise_cost.h"
#include "check/opening.h"
#include "text/ascii.h"

namespace spranga::check {

namespace {

/// Counted lines that one run may leave in an address's log. Stock fail2ban bans at five.
constexpr int noise_budget = 2;
constexpr int most_connections = 25;

finding::Direction direction_of(smtp::Direction direction) {
  switch (direction) {
    case smtp::Direction::sent:
      return finding::Direction::sent;
    case smtp::Direction::received:
      return finding::Direction::received;
    case smtp::Direction::event:
      break;
  }
  return finding::Direction::event;
}

/// The first words of a greeting: its name and what stands before version and date.
std::string banner_of(const PortFacts& facts) {
  constexpr std::size_t telling = 4;
  std::string out;
  std::size_t taken = 0;
  const auto line = facts.greeting.first_line();
  for (const auto word : text::split_words(line)) {
    out.append(word).append(1, ' ');
    if (++taken == telling) {
      break;
    }
  }
  return out;
}

}  // namespace

std::vector<finding::Line> lines_of(const smtp::Transcript& transcript) {
  std::vector<finding::Line> out;
  out.reserve(transcript.size());
  for (const auto& line : transcript) {
    out.push_back({line.at, direction_of(line.direction), line.text, line.tls});
  }
  return out;
}

Conversation::Conversation(Audit& audit,
                           int port,
                           std::string purpose,
                           std::unique_ptr<net::Transport> transport)
    : audit_(audit),
      port_(port),
      purpose_(std::move(purpose)),
      session_(std::move(transport), audit.world_.clock, audit.timing()) {}

Conversation::~Conversation() {
  const auto place = where();
  session_.quit();
  audit_.keep({purpose_, place, lines_of(session_.transcript())});
  audit_.release_slot();
}

finding::Where Conversation::where() const {
  return {audit_.subject().address.to_string(), port_, session_.in_tls()};
}

std::vector<finding::Line> Conversation::evidence(std::size_t mark) const {
  return lines_of(session_.lines_since(mark));
}

void remember_tls(PortFacts& facts, const Conversation& conversation, net::TlsFacts tls) {
  facts.tls_seen = true;
  facts.tls = std::move(tls);
  facts.tls_trouble.clear();
  const auto lines = conversation.evidence(0);
  facts.tls_at = lines.empty() ? std::chrono::microseconds{0} : lines.back().at;
}

Audit::Audit(Subject subject,
             const CheckSettings& settings,
             const World& world,
             SteadyTime origin,
             Progress progress)
    : subject_(std::move(subject)),
      settings_(settings),
      world_(world),
      origin_(origin),
      end_(world.clock.now() + settings.total_timeout),
      progress_(std::move(progress)) {
  for (const int number : subject_.ports) {
    ports_[number].port = number;
    ports_[number].implicit_tls =
        std::ranges::find(subject_.implicit_tls_ports, number) != subject_.implicit_tls_ports.end();
  }
}

bool Audit::asks(int rule) const {
  return std::ranges::find(settings_.rules, rule) != settings_.rules.end();
}

smtp::SessionTiming Audit::timing() const {
  return {origin_, end_, settings_.timeout};
}

bool Audit::out_of_time() const {
  return world_.clock.now() >= end_;
}

Result<std::unique_ptr<Conversation>> Audit::connect(int port, std::string purpose) {
  {
    const std::lock_guard lock(mutex_);
    if (connections_ == most_connections) {
      return fail(
          Errc::too_large,
          fmt::format("no more than {} connections are made to one address", most_connections));
    }
    ++connections_;
  }
  slots_.acquire();
  const auto deadline = std::min(end_, world_.clock.now() + settings_.timeout);
  auto transport =
      world_.dialer.connect({subject_.address, static_cast<std::uint16_t>(port)}, deadline);
  if (!transport) {
    slots_.release();
    return Failure(std::move(transport).error());
  }
  return std::make_unique<Conversation>(*this, port, std::move(purpose), std::move(*transport));
}

Result<void> Audit::knock(int number) {
  for (int i = 1;; ++i) {
    SPRANGA_TRY(const auto conversation, connect(number, "door"));
    auto& session = conversation->smtp();
    if (port(number).implicit_tls) {
      session.note("connected: the door is open");
      session.drop();
      return {};
    }
    SPRANGA_TRY(const auto greeting, session.greeting());
    const auto words = greeting.first_line();
    if (greeting.code != 220 && !is_crowded(words)) {
      return fail(Errc::refused, words);
    }
    if (greeting.code == 220 || i == crowded_tries) {
      return {};
    }
    session.drop();
    wait_for_room();
  }
}

bool Audit::shut_means_closed() const {
  return blocked_after().empty() &&
         (subject_.from_itself || subject_.address.is_private() || world_.vantage != nullptr);
}

void Audit::wait_for_room() const {
  constexpr Milliseconds while_it_forgets{300};
  std::this_thread::sleep_for(std::min(while_it_forgets, settings_.timeout));
}

net::TlsOptions Audit::tls_options() const {
  net::TlsOptions options;
  options.server_name = subject_.tls_name;
  options.server_address = subject_.address;
  options.ca_file = settings_.ca_file;
  return options;
}

void Audit::add(finding::Finding finding) {
  const auto* check = finding::find_check(finding.id);
  if (check != nullptr && check->rule != finding::Rule::beyond &&
      !asks(static_cast<int>(check->rule))) {
    return;  // a by-product of dialogues that another rule needed
  }
  const std::lock_guard lock(mutex_);
  findings_.push_back(std::move(finding));
}

void Audit::add_noise(std::string_view id, int lines) {
  if (lines == 0) {
    return;
  }
  const std::lock_guard lock(mutex_);
  for (auto& probe : noise_.probes) {
    if (probe.id == id) {
      probe.lines += lines;
      return;
    }
  }
  noise_.probes.push_back({id, lines});
}

void Audit::say(const words::Phrase& step) {
  if (progress_) {
    const std::lock_guard lock(mutex_);
    progress_(step);
  }
}

bool Audit::may_spend(int lines) const {
  const std::lock_guard lock(mutex_);
  return noise_.lines() + lines <= noise_budget;
}

std::unique_lock<std::mutex> Audit::turn_of_strangers() {
  return std::unique_lock(strangers_);
}

void Audit::set_strangers_counted() {
  const std::lock_guard lock(mutex_);
  strangers_counted_ = true;
}

int Audit::lines_for_strangers() const {
  const std::lock_guard lock(mutex_);
  const auto may_be_asked = [this](int port) {
    const auto known = ports_.find(port);
    const auto state = known == ports_.end() ? PortState::untested : known->second.state;
    return port != 25 && (state == PortState::open || state == PortState::untested);
  };
  return !strangers_counted_ && std::ranges::any_of(subject_.ports, may_be_asked) ? 1 : 0;
}

bool Audit::may_ask_as_stranger() const {
  const bool relay = std::ranges::find(subject_.ports, 25) != subject_.ports.end();
  const int reserved = relay ? noise_cost(LoudProbe::relay_refused, product()) : 0;
  const std::lock_guard lock(mutex_);
  return !strangers_counted_ || noise_.lines() + 1 + reserved <= noise_budget;
}

PortFacts& Audit::port(int number) {
  const std::lock_guard lock(mutex_);
  const auto [entry, added] = ports_.try_emplace(number);
  if (added) {
    entry->second.port = number;  // once: others read it
  }
  return entry->second;
}

std::unique_lock<std::mutex> Audit::turn_of(int number) {
  std::mutex* turn = nullptr;
  {
    const std::lock_guard lock(mutex_);
    turn = &turns_[number];
  }
  return std::unique_lock(*turn);
}

std::vector<int> Audit::open_ports() {
  std::vector<int> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [number, facts] : ports_) {
    if (facts.state == PortState::open) {
      out.push_back(number);
    }
  }
  constexpr std::array first = {587, 465, 25};
  std::ranges::stable_sort(
      out, {}, [&](int number) { return std::ranges::find(first, number) - first.begin(); });
  return out;
}

void Audit::set_product(finding::Product product) {
  const std::lock_guard lock(mutex_);
  if (product_ == finding::Product::unknown) {
    product_ = product;
  }
}

finding::Product Audit::product() const {
  const std::lock_guard lock(mutex_);
  return product_;
}

void Audit::set_auth_needs_advertising(const PortFacts& facts) {
  const std::lock_guard lock(mutex_);
  auth_needs_advertising_ = banner_of(facts);
}

bool Audit::auth_needs_advertising(const PortFacts& facts) const {
  const std::lock_guard lock(mutex_);
  return auth_needs_advertising_ == banner_of(facts);
}

void Audit::set_clear_auth_proved() {
  const std::lock_guard lock(mutex_);
  clear_auth_proved_ = true;
}

bool Audit::clear_auth_proved() const {
  const std::lock_guard lock(mutex_);
  return clear_auth_proved_;
}

bool Audit::set_blocked(std::string_view after_check) {
  const std::lock_guard lock(mutex_);
  if (!blocked_after_.empty()) {
    return false;
  }
  blocked_after_ = after_check;
  return true;
}

std::string Audit::blocked_after() const {
  const std::lock_guard lock(mutex_);
  return blocked_after_;
}

void Audit::keep(finding::Dialogue dialogue) {
  const std::lock_guard lock(mutex_);
  dialogues_.push_back(std::move(dialogue));
}

std::vector<finding::Finding> Audit::take_findings() {
  const std::lock_guard lock(mutex_);
  return std::move(findings_);
}

finding::Noise Audit::noise() const {
  const std::lock_guard lock(mutex_);
  return noise_;
}

std::vector<finding::Dialogue> Audit::take_dialogues() {
  const std::lock_guard lock(mutex_);
  return std::move(dialogues_);
}

int Audit::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

finding::Finding make_finding(std::string_view id,
                              finding::Status status,
                              words::Phrase summary,
                              const Conversation& conversation,
                              std::size_t mark) {
  finding::Finding out;
  out.id = id;
  out.status = status;
  out.where = conversation.where();
  out.summary = std::move(summary);
  out.evidence = conversation.evidence(mark);
  if (status == finding::Status::fail || status == finding::Status::warn) {
    if (const auto* check = finding::find_check(id); check != nullptr) {
      out.remedy = check->remedy;
    }
  }
  return out;
}

finding::Finding make_finding(std::string_view id,
                              finding::Status status,
                              words::Phrase summary,
                              const Audit& audit,
                              std::optional<int> port,
                              bool tls) {
  finding::Finding out;
  out.id = id;
  out.status = status;
  out.where = {audit.subject().address.to_string(), port, tls};
  out.summary = std::move(summary);
  if (status == finding::Status::fail || status == finding::Status::warn) {
    if (const auto* check = finding::find_check(id); check != nullptr) {
      out.remedy = check->remedy;
    }
  }
  return out;
}

std::string failure_text(const Error& error) {
  return error.detail;
}

}  // namespace spranga::check
