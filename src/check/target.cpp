#include "check/target.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "net/host_name.h"
#include "text/escape.h"

namespace spranga::check {

namespace {

using words::Word;

constexpr std::size_t most_hosts = 10;
constexpr int implicit_tls_port = 465;

Result<int> parse_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65'535) {
    return fail(Errc::malformed, fmt::format("\"{}\" is not a port", text::escape(text)));
  }
  return port;
}

std::vector<int> implicit_among(const std::vector<int>& ports) {
  std::vector<int> out;
  std::ranges::copy_if(
      ports, std::back_inserter(out), [](int port) { return port == implicit_tls_port; });
  return out;
}

/// Builds the plan of one target.
class Planner {
public:
  Planner(const TargetName& target,
          const CheckSettings& settings,
          const World& world,
          SteadyTime deadline)
      : target_(target), settings_(settings), world_(world), deadline_(deadline) {}

  Result<TargetPlan> run();

private:
  void plan_address();
  void plan_host();
  void plan_domain(const std::vector<net::MxRecord>& mx);
  void add_service(const std::string& service, bool implicit_tls);
  HostPlan& host_entry(const std::string& name, Role role);
  Result<void> find_addresses();
  void find_domain(bool target_has_mx);
  [[nodiscard]] std::optional<std::vector<net::MxRecord>> ask_mx(const std::string& name);
  [[nodiscard]] bool wanted(const net::Address& address) const;

  const TargetName& target_;
  const CheckSettings& settings_;
  const World& world_;
  SteadyTime deadline_;
  TargetPlan plan_;
};

std::optional<std::vector<net::MxRecord>> Planner::ask_mx(const std::string& name) {
  auto records = world_.resolver.mx(name, deadline_);
  if (!records) {
    plan_.remarks.push_back({Word::remark_mx_unknown, {name, records.error().detail}});
    return std::nullopt;
  }
  std::erase_if(*records, [](const auto& record) { return record.host.empty(); });  // null MX
  return std::move(*records);
}

bool Planner::wanted(const net::Address& address) const {
  switch (settings_.families) {
    case Families::ipv4_only:
      return address.family() == net::Family::ipv4;
    case Families::ipv6_only:
      return address.family() == net::Family::ipv6;
    case Families::any:
      break;
  }
  return true;
}

HostPlan& Planner::host_entry(const std::string& name, Role role) {
  const auto found = std::ranges::find(plan_.hosts, name, &HostPlan::host);
  if (found != plan_.hosts.end()) {
    found->role = found->role == role ? role : Role::mail_server;
    return *found;
  }
  plan_.hosts.push_back({name, role, {}, {}, {}});
  return plan_.hosts.back();
}

void Planner::plan_address() {
  HostPlan host;
  host.ports = target_.port ? std::vector<int>{*target_.port} : settings_.ports;
  host.implicit_tls_ports = implicit_among(host.ports);
  host.addresses = {*target_.address};
  plan_.hosts.push_back(std::move(host));
}

void Planner::plan_host() {
  auto& host = host_entry(target_.host, Role::mail_server);
  host.ports = target_.port ? std::vector<int>{*target_.port} : settings_.ports;
  host.implicit_tls_ports = implicit_among(host.ports);
}

void Planner::add_service(const std::string& service, bool implicit_tls) {
  const auto records = world_.resolver.srv(service + "._tcp." + target_.host, deadline_);
  if (!records) {
    plan_.remarks.push_back({Word::remark_srv_unknown, {service, records.error().detail}});
    return;
  }
  for (const auto& record : *records) {
    if (record.host.empty() || plan_.hosts.size() >= most_hosts) {
      continue;
    }
    auto& host = host_entry(record.host, Role::submission);
    if (std::ranges::find(host.ports, record.port) == host.ports.end()) {
      host.ports.push_back(record.port);
    }
    const bool known =
        std::ranges::find(host.implicit_tls_ports, record.port) != host.implicit_tls_ports.end();
    if (implicit_tls && !known) {
      host.implicit_tls_ports.push_back(record.port);
    }
  }
}

void Planner::plan_domain(const std::vector<net::MxRecord>& mx) {
  for (const auto& record : mx) {
    if (plan_.hosts.size() < most_hosts) {
      auto& host = host_entry(record.host, Role::inbound_mx);
      host.ports = settings_.ports;
      host.implicit_tls_ports = implicit_among(host.ports);
    }
  }
  add_service("_submission", false);
  add_service("_submissions", true);
}

Result<void> Planner::find_addresses() {
  std::string last;
  bool any = false;
  for (auto& host : plan_.hosts) {
    if (!host.host.empty()) {
      auto found = world_.resolver.addresses(host.host, deadline_);
      if (!found) {
        last = found.error().detail;
        plan_.remarks.push_back({Word::remark_no_address, {host.host, last}});
        continue;
      }
      host.addresses = std::move(*found);
    }
    std::erase_if(host.addresses, [&](const auto& address) { return !wanted(address); });
    if (host.addresses.empty()) {
      plan_.remarks.push_back(
          {Word::remark_no_address, {host.host, "no such name, or no address of that family"}});
    }
    any = any || !host.addresses.empty();
  }
  if (!any) {
    const auto name = target_.host.empty() ? target_.address->to_string() : target_.host;
    return fail(Errc::not_found,
                last.empty() ? words::say(Word::no_address_found, {name})
                             : words::say(Word::no_address_found_because, {name, last}));
  }
  return {};
}

/// Q18: --domain, else TARGET where it has MX, else the domain of --user, else the nearest parent
/// with MX, else what follows the first dot.
void Planner::find_domain(bool target_has_mx) {
  if (!settings_.domain.empty()) {
    plan_.domain = settings_.domain;
    return;
  }
  if (target_has_mx) {
    plan_.domain = target_.host;
    return;
  }
  if (settings_.credentials) {
    const auto& user = settings_.credentials->user;
    if (const auto at = user.rfind('@'); at != std::string::npos) {
      plan_.domain = user.substr(at + 1);
      return;
    }
  }
  const auto& name = settings_.tls_name.empty() ? target_.host : settings_.tls_name;
  const auto dot = name.find('.');
  const auto parent = dot == std::string::npos ? "" : name.substr(dot + 1);
  for (auto candidate = parent; candidate.find('.') != std::string::npos;
       candidate = candidate.substr(candidate.find('.') + 1)) {
    const auto mx = ask_mx(candidate);
    if (!mx) {
      break;
    }
    if (!mx->empty()) {
      plan_.domain = candidate;
      return;
    }
  }
  plan_.domain = parent;
}

Result<TargetPlan> Planner::run() {
  bool has_mx = false;
  if (target_.address) {
    plan_address();
  } else {
    const auto mx = target_.port ? std::nullopt : ask_mx(target_.host);
    has_mx = mx && !mx->empty();
    if (has_mx) {
      plan_domain(*mx);
    } else {
      plan_host();
    }
  }
  SPRANGA_CHECK(find_addresses());
  find_domain(has_mx);
  return std::move(plan_);
}

}  // namespace

Result<TargetName> parse_target(std::string_view typed) {
  TargetName out;
  if (auto address = net::Address::parse(typed)) {
    out.address = *address;
    return out;
  }
  auto host = typed;
  const auto colon = typed.rfind(':');
  if (colon != std::string_view::npos) {
    host = typed.substr(0, colon);
    SPRANGA_TRY(out.port, parse_port(typed.substr(colon + 1)));
    if (auto address = net::Address::parse(host)) {
      out.address = *address;
      return out;
    }
  }
  SPRANGA_TRY(out.host, net::normal_host_name(host));
  return out;
}

Result<TargetPlan> plan_target(const TargetName& target,
                               const CheckSettings& settings,
                               const World& world,
                               SteadyTime deadline) {
  return Planner(target, settings, world, deadline).run();
}

}  // namespace spranga::check
