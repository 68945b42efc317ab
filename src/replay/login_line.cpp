#include "replay/login_line.h"

#include <algorithm>
#include <array>

#include "net/address.h"
#include "text/ascii.h"

namespace spranga::replay {

namespace {

/// Takes a text apart from its beginning; once something was not there, nothing more is.
class Scan {
public:
  explicit Scan(std::string_view rest) : rest_(rest) {}

  bool literal(std::string_view text) {
    if (!rest_.starts_with(text)) {
      return false;
    }
    rest_.remove_prefix(text.size());
    return true;
  }

  /// One or more bytes up to one of `ends`, which stays.
  std::string_view until(std::string_view ends) {
    const auto word = rest_.substr(0, rest_.find_first_of(ends));
    rest_.remove_prefix(word.size());
    return word;
  }

  /// A text in double quotes, backslashes in it respected.
  bool quoted() {
    std::size_t i = 1;
    while (i < rest_.size() && rest_[i] != '"') {
      i += rest_[i] == '\\' ? 2 : 1;
    }
    if (!rest_.starts_with('"') || i >= rest_.size()) {
      return false;
    }
    rest_.remove_prefix(i + 1);
    return true;
  }

  [[nodiscard]] std::string_view rest() const { return rest_; }

private:
  std::string_view rest_;
};

std::optional<Login> login(std::string_view address, std::string_view user) {
  const auto parsed = net::Address::parse(address);
  return parsed ? std::optional(Login{parsed->to_string(), std::string(user)}) : std::nullopt;
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// QUEUEID: client=NAME[ADDRESS], sasl_method=PLAIN, sasl_username=USER
std::optional<Login> postfix(std::string_view message) {
  Scan scan(message);
  const auto queue_id = scan.until(":");
  if (!std::ranges::all_of(queue_id, is_alphanumeric) || !scan.literal(": client=")) {
    return std::nullopt;
  }
  scan.until("[ ,");
  if (!scan.literal("[")) {
    return std::nullopt;
  }
  const auto address = scan.until("]");
  if (!scan.literal("]")) {
    return std::nullopt;
  }
  if (scan.literal(":")) {
    scan.until(",");
  }
  if (!scan.literal(", sasl_method=") || scan.until(", ").empty() ||
      !scan.literal(", sasl_username=")) {
    return std::nullopt;
  }
  return login(address, scan.rest().substr(0, scan.rest().find(", ")));
}

/// imap-login: Login: user=<USER>, method=PLAIN, rip=ADDRESS, lip=…: the last rip= is the server's.
std::optional<Login> dovecot(std::string_view message) {
  Scan scan(message);
  scan.literal("Info: ");
  if (!scan.literal("Login: user=<") && !scan.literal("Logged in: user=<")) {
    return std::nullopt;
  }
  constexpr std::string_view field = ", rip=";
  const auto at = scan.rest().rfind(field);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  const auto user = scan.rest().substr(0, scan.rest().find(">, method="));
  return login(Scan(scan.rest().substr(at + field.size())).until(", "), user);
}

/// [QUEUEID: ]AUTH=server, relay=NAME [ADDRESS], authid=USER, mech=…
std::optional<Login> sendmail(std::string_view message) {
  Scan scan(message);
  if (!scan.literal("AUTH=server, ")) {
    const auto queue_id = scan.until(": ");
    if (!std::ranges::all_of(queue_id, is_alphanumeric) || !scan.literal(": AUTH=server, ")) {
      return std::nullopt;
    }
  }
  if (!scan.literal("relay=")) {
    return std::nullopt;
  }
  if (!scan.rest().starts_with('[')) {
    scan.until(" ,[");
    scan.literal(" ");
  }
  if (!scan.literal("[")) {
    return std::nullopt;
  }
  scan.literal("IPv6:");
  const auto address = scan.until("]");
  scan.literal("]");
  scan.literal(" (may be forged)");
  if (!scan.literal(", authid=")) {
    return std::nullopt;
  }
  return login(address, scan.rest().substr(0, scan.rest().find(", ")));
}

/// Accepted password for USER from ADDRESS port 4711 ssh2
std::optional<Login> sshd(std::string_view message) {
  Scan scan(message);
  if (!scan.literal("Accepted ") || scan.until(" ").empty() || !scan.literal(" for ")) {
    return std::nullopt;
  }
  const auto user = scan.until(" ");
  if (!scan.literal(" from ")) {
    return std::nullopt;
  }
  const auto address = scan.until(" ");
  return scan.literal(" port ") ? login(address, user) : std::nullopt;
}

/// H=NAME (HELO) [ADDRESS]:PORT … A=AUTHENTICATOR:USER; what stands between is the server's own.
std::optional<Login> exim_host_and_login(Scan scan) {
  if (!scan.literal("H=")) {
    return std::nullopt;
  }
  if (const auto next = scan.rest().substr(0, 1); next != "(" && next != "[") {
    scan.until(" ()[]");
    scan.literal(" ");
  }
  if (scan.literal("(")) {
    scan.until(" ()");
    if (!scan.literal(") ")) {
      return std::nullopt;
    }
  }
  if (!scan.literal("[")) {
    return std::nullopt;
  }
  const auto address = scan.until("]");
  if (!scan.literal("]")) {
    return std::nullopt;
  }
  constexpr std::array<std::string_view, 12> own = {
      "I=", "P=", "X=", "CV=", "DN=", "SNI=", "PRX=", "K", "L", "L.", "M8S=", "TFO"};
  scan.until(" ");
  while (scan.literal(" ")) {
    if (scan.literal("A=")) {
      const auto value = scan.until(" ");
      return login(address, value.substr(std::min(value.find(':') + 1, value.size())));
    }
    const auto known = std::ranges::find_if(
        own, [&](std::string_view name) { return scan.rest().starts_with(name); });
    if (known == own.end()) {
      return std::nullopt;
    }
    scan.until("\" ");
    if (scan.rest().starts_with('"') && !scan.quoted()) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

/// 1xVxAQ-00002a-2e
bool is_exim_id(std::string_view word) {
  return std::ranges::count(word, '-') == 2 && word.size() >= 16 && word.size() <= 23 &&
         std::ranges::all_of(word, [](char c) { return c == '-' || is_alphanumeric(c); });
}

/// What follows Exim's date, pid and id: "<= SENDER H=…", or "H=… A=… rejected …".
std::optional<Login> exim(std::string_view message) {
  Scan scan(message);
  constexpr std::string_view of_a_date = "0123456789-:.+[]";
  constexpr int most = 4;  // date, time, zone, pid
  for (int i = 0; i < most; ++i) {
    Scan word = scan;
    const auto text = word.until(" ");
    if (text.empty() || text.find_first_not_of(of_a_date) != std::string_view::npos ||
        !word.literal(" ")) {
      break;
    }
    scan = word;
  }
  Scan word = scan;
  if (is_exim_id(word.until(" ")) && word.literal(" ")) {
    scan = word;
    if (scan.literal("<= ")) {
      if (scan.rest().starts_with('"') && !scan.quoted()) {
        return std::nullopt;
      }
      scan.until(" ");
      if (!scan.literal(" ")) {
        return std::nullopt;
      }
    }
  }
  return exim_host_and_login(scan);
}

struct Program {
  std::string_view name;  // the whole name, or its end behind a slash
  std::optional<Login> (*read)(std::string_view message);
};

constexpr std::array programs = {
    Program{"smtpd", postfix},

    Program{"sshd", sshd},
    Program{"sshd-session", sshd},
    Program{"sm-mta", sendmail},
    Program{"sendmail", sendmail},
    Program{"sm-msp-queue", sendmail},
    Program{"exim", exim},
    Program{"exim4", exim},
    Program{"imap-login", dovecot},
    Program{"pop3-login", dovecot},
    Program{"submission-login", dovecot},
    Program{"managesieve-login", dovecot},
};

struct Tagged {
  std::string_view program;  // without its pid
  std::string_view message;
};

/// The first word that ends in ":" is the program; before it stand date and host, the system's own.
std::optional<Tagged> split_tag(std::string_view line) {
  constexpr int most_words = 6;
  std::size_t begin = 0;
  for (int i = 0; i < most_words; ++i) {
    const auto end = line.find(' ', begin);
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    auto word = line.substr(begin, end - begin);
    if (word.size() > 1 && word.back() == ':') {
      word.remove_suffix(1);
      return Tagged{word.substr(0, word.find('[')), line.substr(end + 1)};
    }
    begin = line.find_first_not_of(' ', end);
    if (begin == std::string_view::npos) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Login> LoginReader::read(std::string_view line) {
  auto tagged = split_tag(line);
  if (!tagged || tagged->program.find('=') != std::string_view::npos) {
    return line.find(" A=") == std::string_view::npos ? std::nullopt : exim(line);
  }
  if (tagged->program == "dovecot") {
    const auto inner = split_tag(tagged->message);
    if (!inner || !inner->program.ends_with("-login")) {
      return std::nullopt;
    }
    return dovecot(inner->message);
  }
  if (tagged->program == "smtpd" && tagged->message.find(" smtp ") == 16) {
    return read_opensmtpd(tagged->message);
  }
  auto name = tagged->program;
  name.remove_prefix(name.rfind('/') + 1);
  const auto* program = std::ranges::find(programs, name, &Program::name);
  if (program == programs.end()) {
    return std::nullopt;
  }
  return program->read(tagged->message);
}

/// ID smtp connected address=ADDRESS host=NAME; later ID smtp authentication user=USER result=ok.
/// Before 6.6 both say "smtp event=…".
std::optional<Login> LoginReader::read_opensmtpd(std::string_view message) {
  Scan scan(message);
  const std::string id(scan.until(" "));
  if (!std::ranges::all_of(id, text::is_hexadecimal) || !scan.literal(" smtp ")) {
    return std::nullopt;
  }
  scan.literal("event=");
  if (scan.literal("connected address=")) {
    if (sessions_.size() >= max_sessions / 2) {
      old_sessions_ = std::move(sessions_);
      sessions_.clear();
    }
    std::string address(scan.until(" "));
    if (address.starts_with("[") && address.ends_with("]")) {
      address = address.substr(1, address.size() - 2);
    }
    sessions_[id] = address;
    return std::nullopt;
  }
  if (!scan.literal("authentication user=")) {
    return std::nullopt;
  }
  const auto user = scan.until(" ");
  if (scan.literal(" address=")) {
    scan.until(" ");
    scan.literal(" host=");
    scan.until(" ");
  }
  if (scan.rest() != " result=ok") {
    return std::nullopt;
  }
  for (const auto* sessions : {&sessions_, &old_sessions_}) {
    if (const auto found = sessions->find(id); found != sessions->end()) {
      return login(found->second, user);
    }
  }
  return std::nullopt;
}

}  // namespace spranga::replay
