#include "daemon/own_options.h"

#include <fnmatch.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "guard/control/command.h"
#include "text/ascii.h"

namespace spranga::daemon {

namespace {

template <class Number>
std::optional<Number> number_in(const std::map<std::string, std::string>& options,
                                const std::string& name) {
  const auto found = options.find(name);
  if (found == options.end()) {
    return std::nullopt;
  }
  const auto& text = found->second;
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                  : std::nullopt;
}

}  // namespace

std::vector<guard::Network> networks_in(const std::string& list) {
  std::vector<guard::Network> out;
  for (std::size_t at = 0; at < list.size();) {
    const auto end = std::min(list.find_first_of(" ,\t\n", at), list.size());
    if (const auto network = guard::Network::parse(std::string_view(list).substr(at, end - at))) {
      out.push_back(*network);
    }
    at = end + 1;
  }
  return out;
}

std::vector<firewall::Network> firewall_networks(const std::vector<guard::Network>& from) {
  std::vector<firewall::Network> out;
  for (const auto& network : from) {
    if (out.size() < firewall::Start::most_never) {
      out.push_back({network.base(), static_cast<std::uint8_t>(network.prefix())});
    }
  }
  return out;
}

ledger::LedgerOptions ledger_options(const std::map<std::string, std::string>& server) {
  ledger::LedgerOptions out;
  if (const auto age = server.find("dbpurgeage"); age != server.end()) {
    const auto seconds = guard::control::to_seconds(guard::pickle::Value::of(age->second));
    if (seconds && seconds->kind == guard::pickle::Value::Kind::integer) {
      out.purge_age = std::chrono::seconds(seconds->integer);
    }
  }
  if (const auto matches = number_in<std::size_t>(server, "dbmaxmatches")) {
    out.matches = *matches;
  }
  return out;
}

std::vector<std::string> fed_by_bans(const plan::GuardPlan& plan) {
  std::vector<std::string> out;
  const auto target = plan.server.find("logtarget");
  const auto path = target == plan.server.end() ? std::string() : target->second;
  for (const auto& jail : plan.jails) {
    const bool is_recidive = jail.filter.name == "recidive";
    const bool reads_ours = std::ranges::any_of(jail.logpath, [&](const ban::LogPath& log) {
      return ::fnmatch(log.glob.c_str(), path.c_str(), FNM_PATHNAME) == 0;
    });
    if (is_recidive && reads_ours) {
      out.push_back(jail.name);
    }
  }
  return out;
}

Result<std::string> read_ignore_file(const std::string& path) {
  constexpr std::uintmax_t largest = 16ULL << 20U;
  std::error_code trouble;
  const auto size = std::filesystem::file_size(path, trouble);
  if (trouble || size > largest) {
    return fail(Errc::io, path);
  }
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

bool asks_to_ignore(RunnerLink& runner, action_runner::Request question) {
  constexpr int longest_wait_ms = 10'000;
  const auto reply = runner.ask(std::move(question), longest_wait_ms);
  return reply && reply->outcome == action_runner::Outcome::ignored;
}

void drain(RunnerLink& runner, firewall::RemoteFirewall& firewall) {
  using std::chrono::steady_clock;
  const auto end = steady_clock::now() + std::chrono::seconds(20);
  while (steady_clock::now() < end && (runner.open_requests() > 0 || firewall.open_orders() > 0)) {
    pollfd ready[] = {{runner.fd(), POLLIN, 0}, {firewall.fd(), POLLIN, 0}};
    if (::poll(ready, 2, 100) < 0) {
      return;
    }
    if (runner.wants_to_write()) {
      runner.on_writable();
    }
    if (ready[0].revents != 0) {
      runner.on_readable();
    }
    if (firewall.wants_to_write() && !firewall.on_writable()) {
      return;
    }
    if ((ready[1].revents != 0 || firewall.has_news()) && !firewall.on_readable()) {
      return;
    }
  }
}

}  // namespace spranga::daemon
