#include "action_runner/host_name.h"

#include <netdb.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <mutex>
#include <string>

namespace spranga::action_runner {

namespace {

std::string brief_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
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
