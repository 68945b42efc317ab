// Names in lines and in ignoreip: asked of the net helper, never waited for.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "daemon/daemon.h"
#include "text/escape.h"

namespace spranga::daemon {

namespace {

using guard::Level;

/// As fail2ban's log has it: Python's set of addresses.
std::string set_of(const std::vector<net::Address>& addresses) {
  std::string out;
  for (const auto& address : addresses) {
    out += (out.empty() ? "'" : ", '") + address.to_string() + "'";
  }
  return "{" + out + "}";
}

Result<std::vector<net::Address>> addresses_in(const net_helper::Answer& answer) {
  if (!answer.error.empty()) {
    return fail(answer.code, answer.error);
  }
  std::vector<net::Address> out;
  for (const auto& text : answer.texts) {
    if (const auto address = net::Address::parse(text);
        address && std::ranges::count(out, *address) == 0) {
      out.push_back(*address);
    }
  }
  return out;
}

}  // namespace

void Daemon::on_net_answer(const net_helper::Request& request, const net_helper::Answer& answer) {
  if (request.what == net_helper::Request::What::mail) {
    mailer_.on_answer(request, answer);
  } else {
    names_.on_answer(request.text, addresses_in(answer), now());
  }
}

/// So that their addresses are there when somebody fails.
void Daemon::follow_names() {
  std::vector<std::string> wanted;
  for (const auto& jail : guard_.jails()) {
    const auto& names = jail->judge().ignored_names();
    wanted.insert(wanted.end(), names.begin(), names.end());
  }
  names_.follow(wanted, now());
  ask_names();
}

void Daemon::ask_names() {
  for (auto& name : names_.take_questions(now())) {
    net_helper::Request request;
    request.what = net_helper::Request::What::addresses;
    request.text = std::move(name);
    net_.send(std::move(request), clock_.now());
  }
}

void Daemon::resume_sightings() {
  for (auto& ready : names_.take_ready()) {
    auto* jail = guard_.find(ready.jail);
    if (jail == nullptr) {
      continue;
    }
    auto& sighting = ready.sighting;
    sighting.expression = &ready.rule;
    if (!ready.was_name) {
      guard_.resume(*jail, sighting, now());
      continue;
    }
    const auto name = text::escape_clipped(sighting.id, net_helper::longest_name);
    if (ready.unheard) {
      say(Level::warning,
          "ipdns",
          fmt::format("Unable to find a corresponding IP address for {}: {}",
                      name,
                      ready.error.empty() ? "no such name" : ready.error));
    } else if (!ready.addresses.empty() && jail->spec().usedns == ban::UseDns::warn) {
      say(Level::warning,
          "ipdns",
          fmt::format("Determined IP using DNS Lookup: {} = {}", name, set_of(ready.addresses)));
    }
    sighting.is_name = false;
    for (const auto& address : ready.addresses) {
      sighting.id = address.to_string();
      guard_.resume(*jail, sighting, now());
    }
  }
}

}  // namespace spranga::daemon
