#include "net_helper/options.h"

#include <charconv>

namespace spranga::net_helper {

namespace {

bool read_number(std::string_view text, unsigned& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Result<std::optional<process::Identity>> parse_identity(
    const std::vector<std::string_view>& words) {
  process::Identity who;
  bool has_uid = false;
  bool good = words.size() % 2 == 0;
  for (std::size_t i = 0; good && i < words.size(); i += 2) {
    if (words[i] == "--uid") {
      has_uid = good = read_number(words[i + 1], who.uid);
    } else if (words[i] == "--gid") {
      good = read_number(words[i + 1], who.gid);
    } else {
      good = words[i] == "--group" && read_number(words[i + 1], who.groups.emplace_back());
    }
  }
  if (!good) {
    return fail(Errc::malformed, "started by the guard, not by hand");
  }
  return has_uid ? std::optional(who) : std::nullopt;
}

process::Confinement confinement_of(const std::optional<process::Identity>& who) {
  process::Confinement out;
  out.become = who ? &*who : nullptr;
  out.may_open_sockets = true;
  out.folders = {
      {"/etc", false},  // resolv.conf, hosts, nsswitch.conf, certificates
      // Where a link from there may lead to.
      {"/run/systemd/resolve", false},
      {"/run/resolvconf", false},
      {"/run/NetworkManager", false},
      {"/usr/share/ca-certificates", false},
      {"/usr/local/share/ca-certificates", false},
      // The C library's modules for names, OpenSSL's configuration.
      {"/lib", false},
      {"/lib64", false},
      {"/usr/lib", false},
      {"/dev/null", true},
      {"/dev/urandom", false},
  };
  return out;
}

}  // namespace spranga::net_helper
