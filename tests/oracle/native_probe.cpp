// native_probe --rules: the options of an action that makes iptables' rules, NAME NUL VALUE NUL …
// native_probe FOLDER: which way each action of a configuration goes, one a line:
//   JAIL ACTION native BACKEND name=NAME ports=… protocols=… chain=… verdict=…
//   JAIL ACTION written WHY
#include <array>
#include <iostream>
#include <string>

#include "guard/actions/iptables_rules.h"
#include "guard/actions/native.h"
#include "guard/config/configuration.h"

namespace {

using namespace spranga;

constexpr std::array backends = {"nftables", "ipset"};
constexpr std::array protocol_names = {"tcp", "udp", "both", "all"};
constexpr std::array verdicts = {"standard", "reset", "reject", "drop"};

std::string text_of(const guard::actions::Native& native) {
  std::string ports;
  for (const auto& range : native.ports) {
    ports += (ports.empty() ? "" : ",") + std::to_string(range.first) +
             (range.first == range.last ? "" : ":" + std::to_string(range.last));
  }
  return std::string("native ") + backends.at(static_cast<std::size_t>(native.backend)) +
         " name=" + native.name + " ports=" + ports +
         " protocols=" + protocol_names.at(static_cast<std::size_t>(native.protocols)) +
         " chain=" + native.chain +
         " verdict=" + verdicts.at(static_cast<std::size_t>(native.verdict));
}

void print_rules() {
  guard::actions::Native native;
  native.backend = firewall::Backend::ipset;
  native.name = "mail";
  native.chain = "INPUT";
  native.protocols = firewall::Protocols::both;
  for (std::uint16_t port = 1000; port < 1016; ++port) {
    native.ports.push_back(
        {static_cast<std::uint16_t>(port * 2), static_cast<std::uint16_t>(port * 2)});
  }
  native.ports.push_back({4000, 4010});
  for (const auto& [name, value] : guard::actions::iptables_rules(native).options) {
    std::cout << name << '\0' << value << '\0';
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  if (argv[1] == std::string("--rules")) {
    print_rules();
    return 0;
  }
  guard::config::LoadOptions options;
  options.compat = ban::Compat::v1_0;
  const auto configuration = guard::config::load(argv[1], options);
  if (!configuration) {
    std::cerr << configuration.error().detail << "\n";
    return 1;
  }
  const auto services = guard::actions::service_ports(
      "ssh 22/tcp\nsmtp 25/tcp mail\nsubmission 587/tcp\nsubmissions 465/tcp\npop3 110/tcp\n"
      "pop3s 995/tcp\nimap2 143/tcp imap\nimaps 993/tcp\nsieve 4190/tcp\n");
  for (const auto& jail : configuration->jails) {
    for (const auto& action : jail.actions) {
      const auto way = guard::actions::way_of(action, services);
      std::cout << jail.name << " " << action.name << " "
                << (way.native ? text_of(*way.native) : "written " + way.why) << "\n";
    }
  }
  return 0;
}
