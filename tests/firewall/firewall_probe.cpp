// The firewall at standard input and output, for tests/lab/firewall.py: a line is an order to a
// real spranga-firewall process; what came of it is printed before the next line is read.
//
//   firewall_probe PROGRAM [UID GID]
//   never ADDRESS[/N]...                          for the next attach, or now
//   door ID BACKEND PROTOCOLS PORTS VERDICT NAME  to be open at the next attach (a - means none)
//   attach TABLE PID · kill
//   open ID BACKEND PROTOCOLS PORTS VERDICT NAME · close ID · flush ID · list ID
//   ban ID SECONDS ADDRESS[/N]... · unban ID ADDRESS[/N]...
//   fill ID COUNT SECONDS FIRST                   bans so many addresses from FIRST on
//   await MILLISECONDS                            for a loss
//   rules start|check|stop CHAIN DOOR...          iptables' rules for a door (as after `open`)
//   raw HEX                                       bytes straight to a new process
//   old TABLE ADDRESS                             bans as for a kernel that does not prolong, until
//                                                 a set of 10 is full
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "firewall/nftables.h"
#include "firewall/remote_firewall.h"
#include "guard/actions/iptables_rules.h"
#include "guard/actions/properties.h"
#include "process/run.h"
#include "process/spawn.h"

namespace {

using namespace spranga;
using firewall::Door;
using firewall::Entry;
using firewall::Network;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Words = std::vector<std::string>;

template <class T, std::size_t size>
T one_of(const std::array<const char*, size>& names, const std::string& name) {
  const auto* found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    std::cerr << "what is " << name << "?\n";
    std::exit(2);
  }
  return static_cast<T>(found - names.begin());
}

Network network_of(const std::string& text) {
  const auto slash = text.find('/');
  const auto base = net::Address::parse(text.substr(0, slash));
  if (!base) {
    std::cerr << "no address: " << text << "\n";
    std::exit(2);
  }
  const auto prefix = slash == std::string::npos ? firewall::full_prefix(base->family())
                                                 : std::stoi(text.substr(slash + 1));
  return {*base, static_cast<std::uint8_t>(prefix)};
}

Door door_of(const Words& words) {
  Door out;
  out.id = static_cast<firewall::DoorId>(std::stoi(words.at(1)));
  out.backend = one_of<firewall::Backend>(std::array{"nftables", "ipset"}, words.at(2));
  out.protocols = one_of<firewall::Protocols>(std::array{"tcp", "udp", "both", "all"}, words.at(3));
  std::istringstream ports(words.at(4) == "-" ? "" : words.at(4));
  for (std::string port; std::getline(ports, port, ',');) {
    const auto colon = port.find(':');
    const auto first = static_cast<std::uint16_t>(std::stoi(port));
    const auto last = colon == std::string::npos
                          ? first
                          : static_cast<std::uint16_t>(std::stoi(port.substr(colon + 1)));
    out.ports.push_back({first, last});
  }
  out.verdict =
      one_of<firewall::Verdict>(std::array{"standard", "reset", "reject", "drop"}, words.at(5));
  out.name = words.at(6) == "-" ? "" : words.at(6);
  return out;
}

std::optional<milliseconds> lasts_of(const std::string& seconds) {
  if (seconds == "-") {
    return std::nullopt;
  }
  return milliseconds(static_cast<std::int64_t>(std::stod(seconds) * 1000));
}

class Probe : public firewall::FirewallEvents {
public:
  explicit Probe(Words program) : program_(std::move(program)), firewall_(*this) {}

  void done(const firewall::Outcome& outcome) override { outcomes_[outcome.order] = outcome; }

  void holds(std::uint64_t /*order*/, firewall::Holding holding) override {
    std::cout << "complete " << holding.complete << "\n";
    for (const auto& entry : holding.entries) {
      std::cout << "entry " << firewall::to_string({entry.base, entry.prefix}) << " ";
      if (entry.lasts) {
        std::cout << entry.lasts->count() << "\n";
      } else {
        std::cout << "-\n";
      }
    }
  }

  void lost(const std::string& why) override { lost_.push_back(why); }

  void rules_touched() override { lost_.emplace_back("rules of iptables"); }

  void lacks(const std::string& what) override { lost_.push_back(what); }

  void run(const Words& words) {
    const auto& verb = words[0];
    const auto begun = steady_clock::now();
    if (verb == "door") {
      setup_.doors.push_back(door_of(words));
    } else if (verb == "kill") {
      kill();
    } else if (verb == "await") {
      await_loss(milliseconds(std::stoi(words.at(1))));
    } else if (verb == "rules") {
      rules(words);
    } else if (verb == "old") {
      old(words);
    } else if (verb == "raw") {
      raw(words.at(1));
    } else if (const auto order = give(verb, words); order != 0) {
      wait_for(order, begun);
    }
    std::cout << "." << std::endl;
  }

private:
  std::uint64_t give(const std::string& verb, const Words& words) {
    if (verb == "never") {
      setup_.never.clear();
      std::transform(words.begin() + 1, words.end(), std::back_inserter(setup_.never), network_of);
      return child_.pid > 0 ? firewall_.never_ban(setup_.never) : 0;
    }
    if (verb == "attach") {
      return attach(words);
    }
    if (verb == "open") {
      return firewall_.open(door_of(words));
    }
    const auto door = static_cast<firewall::DoorId>(std::stoi(words.at(1)));
    if (verb == "close") {
      return firewall_.close(door);
    }
    if (verb == "flush") {
      return firewall_.flush(door);
    }
    if (verb == "list") {
      return firewall_.list(door);
    }
    std::vector<Entry> entries;
    if (verb == "fill") {
      auto bytes = std::string(network_of(words.at(4)).base.bytes());
      for (int i = 0; i < std::stoi(words.at(2)); ++i) {
        const auto address = *firewall::address_from(bytes);
        entries.push_back(
            {door, address, firewall::full_prefix(address.family()), lasts_of(words.at(3))});
        bytes = *firewall::next(bytes);
      }
      return firewall_.ban(entries);
    }
    const bool ban = verb == "ban";
    for (auto at = words.begin() + (ban ? 3 : 2); at != words.end(); ++at) {
      const auto network = network_of(*at);
      entries.push_back(
          {door, network.base, network.prefix, ban ? lasts_of(words.at(2)) : std::nullopt});
    }
    return ban ? firewall_.ban(entries) : firewall_.unban(entries);
  }

  Fd start(const std::string& table) {
    auto pair = process::Channel::pair();
    if (!pair) {
      std::exit(2);
    }
    process::SpawnOptions options;
    options.descriptors = {{pair->second.get(), 3}};
    auto argv = program_;
    argv.push_back(table);
    auto child = process::spawn(argv, options);
    if (!child) {
      std::cerr << child.error().detail << "\n";
      std::exit(2);
    }
    child_ = *std::move(child);
    return std::move(pair->first);
  }

  std::uint64_t attach(const Words& words) {
    setup_.table = words.at(1);
    auto setup = setup_;
    setup_.doors.clear();
    auto channel = start(setup.table);
    return firewall_.attach(std::move(channel), std::move(setup));
  }

  void kill() {
    ::kill(child_.pid, SIGKILL);
    ::waitpid(child_.pid, nullptr, 0);
    child_ = {};
    firewall_.detach();
  }

  /// Of both families, as the action runner makes them.
  static void rules(Words words) {
    const auto what = words.at(1);
    const auto chain = words.at(2);
    words.erase(words.begin(), words.begin() + 2);
    const auto door = door_of(words);
    guard::actions::Properties properties(
        guard::actions::iptables_rules(
            {door.backend, door.name, door.ports, door.protocols, chain, door.verdict}),
        [](bool /*full*/) { return std::string(); },
        true);
    for (const auto* family : {"inet4", "inet6"}) {
      const auto command = properties.command("action" + what, family);
      const auto done = process::run_program({"/bin/sh", "-c", *command});
      if (!done || done->exit_code != 0) {
        std::cout << "error " << family << " " << (done ? done->errors : done.error().detail)
                  << "\n";
      }
    }
  }

  void old(const Words& words) {
    auto socket = firewall::NetlinkSocket::open(NETLINK_NETFILTER);
    firewall::Nftables kernel(*std::move(socket), words.at(1), {true, false, 10});
    Door door;
    auto done = kernel.begin({door}, {});
    const auto base = network_of(words.at(2));
    for (const auto lasts : {lasts_of("-"), lasts_of("600"), lasts_of("1200"), lasts_of("900")}) {
      const Entry entry{0, base.base, base.prefix, lasts};
      done = done ? kernel.ban({&entry, 1}) : std::move(done);
      if (auto held = kernel.list(0); done && held) {
        holds(0, *std::move(held));
      }
    }
    std::vector<Entry> many;
    for (std::uint8_t i = 0; i < 10; ++i) {
      many.push_back(
          {0, *firewall::address_from(std::string(4, static_cast<char>(i + 1))), 32, std::nullopt});
    }
    if (const auto full = kernel.ban(many); !full) {
      std::cout << "full " << full.error().detail << "\n";
    }
    done = done ? kernel.ban(std::span(many).first(9)) : std::move(done);
    many.push_back({0, *firewall::address_from("zzzz"), 32, std::nullopt});
    done = done ? kernel.unban(std::span(many).subspan(5)) : std::move(done);
    std::cout << "left " << kernel.list(0)->entries.size() << "\n";
    done = done ? kernel.close(0) : std::move(done);
    std::cout << (done ? "ok" : "error " + done.error().detail) << "\n";
  }

  /// What becomes of a process that is told nonsense.
  void raw(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
      bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    }
    process::Channel channel(start("spranga"));
    if (channel.send(bytes)) {
      int status = 0;
      ::waitpid(child_.pid, &status, 0);
      std::cout << "exit " << (WIFEXITED(status) ? WEXITSTATUS(status) : -1) << "\n";
    }
    child_ = {};
  }

  void turn(milliseconds longest) {
    if (firewall_.has_news()) {
      static_cast<void>(firewall_.on_readable());
      return;
    }
    const auto write = static_cast<short>(firewall_.wants_to_write() ? POLLOUT : 0);
    pollfd ready{firewall_.fd(), static_cast<short>(POLLIN | write), 0};
    ::poll(&ready, 1, static_cast<int>(longest.count()));
    if ((ready.revents & POLLOUT) != 0) {
      static_cast<void>(firewall_.on_writable());
    }
    if ((ready.revents & ~POLLOUT) != 0) {
      if (const auto read = firewall_.on_readable(); !read) {
        std::cout << "gone " << read.error().detail << "\n";
      }
    }
  }

  void wait_for(std::uint64_t order, steady_clock::time_point begun) {
    while (!outcomes_.contains(order)) {
      turn(milliseconds(100));
    }
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begun);
    const auto& outcome = outcomes_[order];
    std::cout << "took " << took.count() << "\n";
    std::cout << (outcome.error.empty() ? "ok" : "error " + outcome.error) << "\n";
  }

  void await_loss(milliseconds longest) {
    const auto begun = steady_clock::now();
    const auto end = begun + longest;
    while (lost_.empty() && steady_clock::now() < end) {
      turn(std::chrono::duration_cast<milliseconds>(end - steady_clock::now()) + milliseconds(1));
    }
    for (const auto& why : lost_) {
      std::cout << "lost " << why << "\n";
    }
    lost_.clear();
  }

  Words program_;
  process::Child child_;
  firewall::Start setup_;
  std::map<std::uint64_t, firewall::Outcome> outcomes_;
  Words lost_;
  firewall::RemoteFirewall firewall_;
};

}  // namespace

int main(int count, char** arguments) {
  Probe probe(Words(arguments + 1, arguments + count));
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream in(line);
    Words words;
    for (std::string word; in >> word;) {
      words.push_back(word);
    }
    if (!words.empty()) {
      probe.run(words);
    }
  }
}
