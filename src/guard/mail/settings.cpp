#include "guard/mail/settings.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "guard/mail/message.h"
#include "text/ascii.h"
#include "text/escape.h"

namespace spranga::guard::mail {

namespace {

constexpr std::uint16_t smtp_port = 25;
constexpr std::uint16_t submission_port = 587;
constexpr std::uint16_t submissions_port = 465;

constexpr std::pair<std::string_view, Rhythm> rhythms[] = {{"no", Rhythm::off},
                                                           {"each", Rhythm::each},
                                                           {"hourly", Rhythm::hourly},
                                                           {"daily", Rhythm::daily}};
constexpr std::pair<std::string_view, Protection> protections[] = {
    {"auto", Protection::automatic},
    {"starttls", Protection::starttls},
    {"implicit", Protection::implicit},
    {"opportunistic", Protection::opportunistic},
    {"none", Protection::none}};

class Own {
public:
  Own(const std::map<std::string, std::string>& values, std::vector<std::string>& complaints)
      : values_(values), complaints_(complaints) {}

  [[nodiscard]] std::string text(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? "" : found->second;
  }

  void complain(const std::string& name, const std::string& why) {
    complaints_.push_back(name + " = " + text::escape(text(name)) + ": " + why);
  }

  /// The configuration has warned of a choice that is none; the standard holds.
  template <class Choice, std::size_t n>
  [[nodiscard]] Choice choice(const std::string& name,
                              const std::pair<std::string_view, Choice> (&table)[n]) const {
    const auto wanted = text(name);
    for (const auto& [word, value] : table) {
      if (word == wanted) {
        return value;
      }
    }
    return table[0].second;
  }

  [[nodiscard]] std::size_t number(const std::string& name,
                                   std::size_t standard,
                                   std::size_t least,
                                   std::size_t most) {
    const auto value = text(name);
    if (value.empty()) {
      return standard;
    }
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc() && end == value.data() + value.size() && number >= least &&
        number <= most) {
      return number;
    }
    complain(name, "a number from " + std::to_string(least) + " to " + std::to_string(most));
    return standard;
  }

private:
  const std::map<std::string, std::string>& values_;
  std::vector<std::string>& complaints_;
};

Server read_server(Own& own) {
  Server out;
  out.sendmail = own.text("mail_via") == "sendmail";
  if (const auto host = own.text("mail_server"); !host.empty()) {
    out.host = host;
  }
  out.tls = own.choice("mail_tls", protections);
  out.ca_file = own.text("mail_ca_file");
  out.user = own.text("mail_user");
  out.password = own.text("mail_password");
  const auto usual = out.tls == Protection::implicit ? submissions_port
                     : out.user.empty()              ? smtp_port
                                                     : submission_port;
  out.port = static_cast<std::uint16_t>(own.number("mail_port", usual, 1, 65'535));
  return out;
}

}  // namespace

std::vector<std::string> recipients_in(const std::string& list) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < list.size() && out.size() < most_recipients;) {
    const auto end = std::min(list.find_first_of(" ,\t\r\n", at), list.size());
    const auto one = list.substr(at, end - at);
    if (is_mailbox(one) && std::ranges::count(out, one) == 0) {
      out.push_back(one);
    }
    at = end + 1;
  }
  return out;
}

Settings read_settings(const std::map<std::string, std::string>& values,
                       const std::string& host,
                       std::vector<std::string>& complaints) {
  Own own(values, complaints);
  Settings out;
  out.rhythm = own.choice("mail", rhythms);
  out.route.recipients = recipients_in(own.text("mail_to"));
  if (out.rhythm != Rhythm::off && out.route.recipients.empty()) {
    own.complain("mail_to", "no address; no mail is sent");
    out.rhythm = Rhythm::off;
  }
  out.route.sender_name = "spranga";
  out.route.sender = own.text("mail_from");
  if (!is_mailbox(out.route.sender)) {
    if (!out.route.sender.empty()) {
      own.complain("mail_from", "no address");
    }
    out.route.sender = "root@" + (is_mailbox(host) ? host : "localhost");
  }
  out.route.server = read_server(own);
  out.language = words::language_of_tag(own.text("mail_language"));
  out.tell_start = own.text("mail_on_start") != "no";
  constexpr std::size_t most_lines = 100;
  out.lines = own.number("mail_lines", out.lines, 0, most_lines);
  out.route.lines = out.lines > 0;
  constexpr std::size_t most_per_hour = 1000;
  out.per_hour = own.number("mail_limit", out.per_hour, 1, most_per_hour);
  const auto geoip = own.text("geoip");
  out.geoip = geoip == "auto" ? "" : geoip;
  return out;
}

Result<std::string> read_password_file(const std::string& path) {
  struct stat facts {};

  if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return fail(Errc::not_found, path + ": no such file");
  }
  if (facts.st_uid != 0 && facts.st_uid != ::geteuid()) {
    return fail(Errc::denied, path + ": must belong to root");
  }
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(Errc::denied, path + ": others may read it; chmod 600 helps");
  }
  constexpr std::size_t longest = 512;
  std::ifstream in(path, std::ios::binary);
  std::string line;
  std::getline(in, line);
  while (line.ends_with('\r')) {
    line.pop_back();
  }
  if (line.empty() || line.size() > longest) {
    return fail(Errc::malformed, path + ": its first line is no password");
  }
  return line;
}

}  // namespace spranga::guard::mail
