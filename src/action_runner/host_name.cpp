#include "action_runner/host_name.h"

#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "text/ascii.h"

namespace spranga::action_runner {

namespace {

std::string brief_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// DNS is somebody else's: a name that is none never reaches a command.
bool is_host_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (text::to_lower(c) >= 'a' && text::to_lower(c) <= 'z') || text::is_digit(c) ||
           c == '.' || c == '-' || c == '_';
  });
}

/// A canonical name that begins with the brief one, else the first there is.
std::string full_name(const std::string& brief) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_DGRAM;
  wanted.ai_flags = AI_CANONNAME;
  addrinfo* list = nullptr;
  if (::getaddrinfo(brief.c_str(), nullptr, &wanted, &list) != 0) {
    return brief;
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(list, ::freeaddrinfo);
  std::string out;
  for (const auto* each = list; each != nullptr; each = each->ai_next) {
    std::string name = each->ai_canonname == nullptr ? "" : each->ai_canonname;
    if (!is_host_name(name)) {
      continue;
    }
    if (name.starts_with(brief + ".")) {
      return name;
    }
    out = out.empty() ? name : out;
  }
  return out.empty() ? brief : out;
}

class Finder {
public:
  std::string name(bool full) {
    std::call_once(once_, [this] {
      brief_ = brief_name();
      full_ = full_name(brief_);
    });
    return full ? full_ : brief_;
  }

private:
  std::once_flag once_;
  std::string brief_;
  std::string full_;
};

}  // namespace

guard::actions::HostName host_name_finder() {
  return [finder = std::make_shared<Finder>()](bool full) { return finder->name(full); };
}

}  // namespace spranga::action_runner
