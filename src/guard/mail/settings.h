// Settings of the owner's mail: what spranga.conf says (guard/config/own_settings), read.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "words/language.h"

namespace spranga::guard::mail {

enum class Rhythm : std::uint8_t {
  off,
  each,    // a mail a ban, up to a number in an hour
  hourly,  // at the full hour, what was since
  daily,   // at seven in the morning
};

/// As net_helper::Tls has them.
enum class Protection : std::uint8_t { automatic, starttls, implicit, opportunistic, none };

/// Where mail is handed over.
struct Server {
  bool sendmail{false};  // the program: nothing below counts
  std::string host{"localhost"};
  std::uint16_t port{25};
  Protection tls{Protection::automatic};
  std::string ca_file;
  std::string user;
  std::string password;  // not to be logged

  [[nodiscard]] auto operator<=>(const Server&) const = default;
};

/// Who writes to whom, and by which way. Bans of one route are told together in digests.
struct Route {
  std::string sender;
  std::string sender_name;
  std::vector<std::string> recipients;
  bool lines{true};  // log lines are shown
  Server server;

  [[nodiscard]] auto operator<=>(const Route&) const = default;
};

struct Settings {
  Rhythm rhythm{Rhythm::off};
  Route route;                              // of mail_to, mail_from, mail_server …
  std::optional<words::Language> language;  // none: that of the process
  bool tell_start{true};
  std::size_t lines{10};     // of one ban
  std::size_t per_hour{20};  // mails of Rhythm::each
  std::string geoip;         // "" = look in the usual places, "none" = not at all
};

/// Of the values of spranga.conf and `mail_password`, which the configuration's reader adds from
/// mail_password_file. What cannot be used is complained of, and the standard holds; without any
/// recipient the rhythm is off. `host`: how this machine is called.
[[nodiscard]] Settings read_settings(const std::map<std::string, std::string>& own,
                                     const std::string& host,
                                     std::vector<std::string>& complaints);

/// "root", "a@example.org, b@example.org", with commas or blanks between.
[[nodiscard]] std::vector<std::string> recipients_in(const std::string& list);

/// The first line of a file that root owns and nobody else may read. Errc::denied: others may.
[[nodiscard]] Result<std::string> read_password_file(const std::string& path);

constexpr std::size_t most_recipients = 50;

}  // namespace spranga::guard::mail
