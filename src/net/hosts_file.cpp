#include "net/hosts_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "text/ascii.h"

namespace spranga::net {

namespace {

struct HostsLine {
  Address address;
  std::vector<std::string> names;
};

bool names_any(const HostsLine& line, const std::vector<std::string>& wanted) {
  return std::ranges::any_of(line.names, [&](const std::string& name) {
    return std::ranges::any_of(
        wanted, [&](const std::string& one) { return text::equal_ignoring_case(name, one); });
  });
}

std::vector<HostsLine> read_hosts(const std::string& path) {
  constexpr std::size_t most_lines = 100'000;  // blocklists in hosts files are long
  std::vector<HostsLine> out;
  std::ifstream in(path);
  for (std::string line; out.size() < most_lines && std::getline(in, line);) {
    const auto words = text::split_words(std::string_view(line).substr(0, line.find('#')));
    if (words.size() < 2) {
      continue;
    }
    if (const auto address = Address::parse(words.front())) {
      out.push_back({*address, {words.begin() + 1, words.end()}});
    }
  }
  return out;
}

}  // namespace

std::vector<Address> named_addresses(const std::string& hosts_file, const std::string& host) {
  const auto lines = read_hosts(hosts_file);
  std::vector<std::string> wanted{"localhost"};
  if (!host.empty()) {
    wanted.push_back(host);
    for (const auto& line : lines) {
      if (names_any(line, {host})) {
        wanted.insert(wanted.end(), line.names.begin(), line.names.end());
      }
    }
  }
  std::vector<Address> out;
  for (const auto& line : lines) {
    if (names_any(line, wanted) && std::ranges::count(out, line.address) == 0) {
      out.push_back(line.address);
    }
  }
  return out;
}

std::string system_host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace spranga::net
