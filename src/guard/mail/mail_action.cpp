#include "guard/mail/mail_action.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "guard/mail/ban_news.h"
#include "guard/mail/message.h"

namespace spranga::guard::mail {

namespace {

/// fail2ban's shell actions that send a mail for each ban.
struct Known {
  std::string_view file;
  bool lines;  // shows log lines
  bool whois;
};

constexpr Known known_actions[] = {
    {"mail", false, false},
    {"mail-whois", false, true},
    {"mail-whois-lines", true, true},
    {"sendmail", false, false},
    {"sendmail-whois", false, true},
    {"sendmail-whois-lines", true, true},
    {"sendmail-whois-matches", true, true},
    {"sendmail-whois-ipmatches", true, true},
    {"sendmail-whois-ipjailmatches", true, true},
    {"sendmail-geoip-lines", true, false},
};

std::string option(const ban::ActionSpec& action,
                   std::string_view name,
                   const std::string& standard) {
  const auto* value = action.option(name);
  return value == nullptr || value->empty() ? standard : *value;
}

/// The ban command is there and hands a mail over; what an admin has changed into something else is
/// none of ours.
bool sends_mail(const ban::ActionSpec& action) {
  const auto* command = action.option("actionban");
  return command != nullptr && command->find('|') != std::string::npos &&
         command->find("mail") != std::string::npos && command->find("<ip>") != std::string::npos;
}

void set_people(Route& route,
                const ban::ActionSpec& action,
                const std::string& host,
                std::vector<std::string>& complaints) {
  const auto dest = option(action, "dest", "root");
  route.recipients = recipients_in(dest);
  if (route.recipients.empty()) {
    complaints.push_back(action.name + ": dest = " + value_to_show(dest) + " is no address");
  }
  // <fq-hostname> and friends belong to the moment; ours is known already.
  auto sender = option(action, "sender", "fail2ban");
  for (const std::string_view tag : {"<fq-hostname>", "<sh-hostname>"}) {
    if (const auto at = sender.find(tag); at != std::string::npos) {
      sender.replace(at, tag.size(), host);
    }
  }
  if (is_mailbox(sender)) {
    route.sender = std::move(sender);
  } else {
    complaints.push_back(action.name + ": sender = " + value_to_show(sender) + " is no address");
  }
  route.sender_name = value_to_show(option(action, "sendername", "Fail2Ban"));
}

/// "mail.example.org", "mail.example.org:587", "[2001:db8::1]:25"
void read_host(const std::string& text, Server& into) {
  const auto colon = text.rfind(':');
  const bool has_port = colon != std::string::npos && colon + 1 < text.size() &&
                        (text.find(':') == colon || text[colon - 1] == ']');
  const std::string_view port = has_port ? std::string_view(text).substr(colon + 1) : "";
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool is_port = has_port && error == std::errc() && end == port.data() + port.size();
  into.host = is_port ? text.substr(0, colon) : text;
  into.port = is_port && number != 0 ? number : 25;
  if (into.host.starts_with('[') && into.host.ends_with(']')) {
    into.host = into.host.substr(1, into.host.size() - 2);
  }
}

/// smtp.py asks for no TLS. Ours takes it where it is offered, and insists on it for a password.
Server server_of(const ban::ActionSpec& action) {
  Server out;
  read_host(option(action, "host", "localhost"), out);
  const auto* user = action.option("user");
  const auto* password = action.option("password");
  if (user != nullptr && password != nullptr && !user->empty() && !password->empty()) {
    out.user = *user;
    out.password = *password;
    out.tls = Protection::automatic;
  } else {
    out.tls = Protection::opportunistic;
  }
  return out;
}

bool is_smtp_script(const ban::ActionSpec& action) {
  return action.is_script && (action.file == "smtp.py" || action.file.ends_with("/smtp.py"));
}

}  // namespace

std::optional<MailAction> mail_action(const ban::ActionSpec& action,
                                      const Route& usual,
                                      const std::string& host,
                                      std::vector<std::string>& complaints) {
  MailAction out;
  out.route = usual;
  out.is_smtp_script = is_smtp_script(action);
  if (out.is_smtp_script) {
    out.route.server = server_of(action);
    const auto matches = option(action, "matches", "None");
    out.route.lines = matches != "None";
  } else {
    const auto* known = std::ranges::find(known_actions, action.file, &Known::file);
    if (action.is_script || known == std::end(known_actions) || !sends_mail(action)) {
      return std::nullopt;
    }
    out.route.lines = known->lines;
    out.looks_up_owner = known->whois;
  }
  set_people(out.route, action, host, complaints);
  return out.route.recipients.empty() ? std::nullopt : std::optional(std::move(out));
}

}  // namespace spranga::guard::mail
