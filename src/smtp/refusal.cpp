#include "smtp/refusal.h"

#include <array>

#include "text/ascii.h"

namespace spranga::smtp {

namespace {

/// A row matches where each part that it gives matches: code (0 = any of 4xx and 5xx), enhanced
/// code (from the second digit on: "7.60"), words (bounded, lower case). The first row that matches
/// wins.
struct Row {
  Reason reason;
  int code;
  std::string_view enhanced;
  std::string_view words;
};

constexpr auto any = 0;

constexpr std::array rows = {
    // Encryption first: "530 Must issue a STARTTLS command first" also speaks of authentication.
    Row{Reason::tls_required, 523, "", ""},
    Row{Reason::tls_required, 538, "", ""},
    Row{Reason::tls_required, any, "7.10", ""},
    Row{Reason::tls_required, any, "7.11", ""},
    Row{Reason::tls_required, any, "", "starttls"},
    Row{Reason::tls_required, any, "", "tls required"},
    Row{Reason::tls_required, any, "", "tls is required"},
    Row{Reason::tls_required, any, "", "require tls"},
    Row{Reason::tls_required, any, "", "requires tls"},
    Row{Reason::tls_required, any, "", "use tls"},
    Row{Reason::tls_required, any, "", "tls first"},
    Row{Reason::tls_required, any, "", "ssl required"},
    Row{Reason::tls_required, any, "", "encryption required"},
    Row{Reason::tls_required, any, "", "encryption needed"},
    Row{Reason::tls_required, any, "", "encryption is required"},
    Row{Reason::tls_required, any, "", "encrypted connection"},
    Row{Reason::tls_required, any, "", "encrypted session"},
    Row{Reason::tls_required, any, "", "secure connection"},
    Row{Reason::tls_required, any, "", "without tls"},
    Row{Reason::tls_required, any, "", "tls-connection"},  // hMailServer
    Row{Reason::tls_required, any, "", "unencrypted"},
    Row{Reason::tls_required, any, "", "insecure connection"},
    Row{Reason::tls_required, any, "", "insecure channel"},
    Row{Reason::tls_required, any, "", "non-secure"},  // Dovecot
    Row{Reason::tls_required, any, "", "privacyrequired"},

    Row{Reason::mechanism, any, "", "authentication mechanism"},
    Row{Reason::mechanism, any, "", "auth mechanism"},
    Row{Reason::mechanism, any, "", "invalid mechanism"},
    Row{Reason::mechanism, any, "", "unsupported mechanism"},
    Row{Reason::mechanism, any, "", "mechanism not"},
    Row{Reason::mechanism, any, "", "no mechanism available"},  // Cyrus SASL
    Row{Reason::mechanism, any, "", "mechanism is not"},
    Row{Reason::mechanism, any, "", "unrecognized authentication type"},
    Row{Reason::mechanism, any, "", "authentication type"},
    Row{Reason::mechanism, any, "7.4", ""},

    Row{Reason::greylisted, any, "", "greylisted"},
    Row{Reason::greylisted, any, "", "greylisting"},
    Row{Reason::greylisted, any, "", "graylisted"},
    Row{Reason::greylisted, any, "", "graylisting"},
    Row{Reason::greylisted, any, "", "greylist"},
    Row{Reason::greylisted, any, "", "grey listed"},
    Row{Reason::greylisted, any, "", "grey-listed"},
    Row{Reason::greylisted, 450, "3.2", ""},  // postscreen's first visit

    Row{Reason::too_many, any, "", "too many"},
    Row{Reason::too_many, any, "", "too much mail"},
    Row{Reason::too_many, any, "", "rate limit"},
    Row{Reason::too_many, any, "", "rate limited"},
    Row{Reason::too_many, any, "", "rate exceeded"},
    Row{Reason::too_many, any, "", "limit exceeded"},
    Row{Reason::too_many, any, "", "quota exceeded"},
    Row{Reason::too_many, any, "", "throttled"},
    Row{Reason::too_many, any, "", "throttling"},

    // Lists of bad clients; before relaying, since such texts may say "listed as open relay".
    Row{Reason::client_blocked, any, "", "blocked using"},
    Row{Reason::client_blocked, any, "", "spamhaus.org"},
    Row{Reason::client_blocked, any, "", "spamcop.net"},
    Row{Reason::client_blocked, any, "", "barracuda"},
    Row{Reason::client_blocked, any, "", "blacklisted"},
    Row{Reason::client_blocked, any, "", "blocklisted"},
    Row{Reason::client_blocked, any, "", "black list"},
    Row{Reason::client_blocked, any, "", "block list"},
    Row{Reason::client_blocked, any, "", "blacklist"},
    Row{Reason::client_blocked, any, "", "blocklist"},
    Row{Reason::client_blocked, any, "", "dnsbl"},
    Row{Reason::client_blocked, any, "", "rbl"},
    Row{Reason::client_blocked, any, "", "listed as"},
    Row{Reason::client_blocked, any, "", "reputation"},
    Row{Reason::client_blocked, any, "7.25", ""},
    Row{Reason::client_blocked, any, "", "cannot find your"},
    Row{Reason::client_blocked,
        any,
        "",
        "ip you're using to send mail"},  // "use the relay of your provider"
    Row{Reason::client_blocked, any, "", "your service provider"},
    Row{Reason::client_blocked, any, "", "your isp"},

    Row{Reason::relay_denied, any, "7.54", ""},
    Row{Reason::relay_denied, any, "", "relay"},
    Row{Reason::relay_denied, any, "", "relaying"},
    Row{Reason::relay_denied, any, "", "rcpthosts"},
    Row{Reason::relay_denied, any, "", "not a local domain"},
    Row{Reason::relay_denied, any, "", "not local"},
    Row{Reason::relay_denied, any, "", "non-local"},
    Row{Reason::relay_denied, any, "", "domain not hosted"},
    Row{Reason::relay_denied, any, "", "not hosted here"},
    Row{Reason::relay_denied, any, "", "not our customer"},

    Row{Reason::not_owner, any, "7.60", ""},
    Row{Reason::not_owner, any, "", "not owned"},
    Row{Reason::not_owner, any, "", "sendas"},
    Row{Reason::not_owner, any, "", "sendasdenied"},
    Row{Reason::not_owner, any, "", "send as"},
    Row{Reason::not_owner, any, "", "not allowed to send"},
    Row{Reason::not_owner, any, "", "not authorized to send"},
    Row{Reason::not_owner, any, "", "not authorised to send"},
    Row{Reason::not_owner, any, "", "not permitted to send"},
    Row{Reason::not_owner, any, "", "permissions to send"},
    Row{Reason::not_owner, any, "", "not authorized to use"},
    Row{Reason::not_owner, any, "", "not authorised to use"},
    Row{Reason::not_owner, any, "", "sender mismatch"},
    Row{Reason::not_owner, 530, "", "sender rejected"},
    Row{Reason::not_owner, any, "", "not verified"},  // "Email address is not verified" (SES)

    // "Unauthenticated email from example.org" is about DMARC, not about a login.
    Row{Reason::sender_policy, any, "7.23", ""},
    Row{Reason::sender_policy, any, "7.24", ""},
    Row{Reason::sender_policy, any, "7.26", ""},
    Row{Reason::sender_policy, any, "7.27", ""},

    Row{Reason::login_required, any, "", "not logged in"},
    Row{Reason::login_required, any, "", "authentication required"},
    Row{Reason::login_required, any, "", "authentication is required"},
    Row{Reason::login_required, any, "", "requires authentication"},
    Row{Reason::login_required, any, "", "require authentication"},
    Row{Reason::login_required, any, "", "authenticate"},
    Row{Reason::login_required, any, "", "issue an auth"},
    Row{Reason::login_required, any, "", "auth first"},
    Row{Reason::login_required, any, "", "log in first"},
    Row{Reason::login_required, any, "", "login first"},
    Row{Reason::login_required, any, "", "unauthenticated"},
    Row{Reason::login_required, any, "", "client was not authenticated"},

    Row{Reason::bad_credentials, 535, "", ""},
    Row{Reason::bad_credentials, any, "7.8", ""},
    Row{Reason::bad_credentials, any, "7.139", ""},
    Row{Reason::bad_credentials, any, "", "authentication failed"},
    Row{Reason::bad_credentials, any, "", "authentication failure"},
    Row{Reason::bad_credentials, any, "", "authentication credentials"},
    Row{Reason::bad_credentials, any, "", "incorrect authentication"},
    Row{Reason::bad_credentials, any, "", "password"},

    Row{Reason::sender_policy, any, "", "spf"},
    Row{Reason::sender_policy, any, "", "dmarc"},
    Row{Reason::sender_policy, any, "", "spoof"},
    Row{Reason::sender_policy, any, "", "spoofed"},
    Row{Reason::sender_policy, any, "", "spoofing"},
    Row{Reason::sender_policy, any, "", "forged"},
    Row{Reason::sender_policy, any, "", "sender policy"},

    Row{Reason::helo, any, "", "helo"},
    Row{Reason::helo, any, "", "ehlo"},

    Row{Reason::sender_unverifiable, any, "1.8", ""},
    Row{Reason::sender_unverifiable, any, "1.7", ""},
    Row{Reason::sender_unverifiable, any, "", "sender verify"},
    Row{Reason::sender_unverifiable, any, "", "sender verification"},
    Row{Reason::sender_unverifiable, any, "", "sender address rejected: domain not found"},
    Row{Reason::sender_unverifiable, any, "", "sender address rejected: unverified address"},
    Row{Reason::sender_unverifiable, any, "", "sender address rejected: undeliverable address"},
    Row{Reason::sender_unverifiable, any, "", "sender address rejected: malformed dns"},
    Row{Reason::sender_unverifiable, any, "", "domain of sender"},
    Row{Reason::sender_unverifiable, any, "", "sender domain"},
    Row{Reason::sender_unverifiable, any, "", "sender's domain"},

    // Exchange has 5.1.10 for a mailbox, RFC 7505 for a domain with a null MX.
    Row{Reason::recipient_unknown, any, "", "recipient not found"},
    Row{Reason::recipient_domain, any, "1.10", ""},
    Row{Reason::recipient_domain, any, "1.2", ""},
    Row{Reason::recipient_domain, any, "", "null mx"},
    Row{Reason::recipient_domain, any, "", "nullmx"},
    Row{Reason::recipient_domain, any, "", "does not accept mail"},
    Row{Reason::recipient_domain, any, "", "no smtp service"},  // Exim, of a null MX
    Row{Reason::recipient_domain, any, "", "callout verification failed"},
    Row{Reason::recipient_domain, any, "", "domain not found"},
    Row{Reason::recipient_domain, any, "", "host not found"},
    Row{Reason::recipient_domain, any, "", "recipient domain"},
    Row{Reason::recipient_domain, any, "", "all relevant mx records"},

    Row{Reason::recipient_unknown, any, "1.1", ""},
    Row{Reason::recipient_unknown, any, "1.6", ""},
    Row{Reason::recipient_unknown, 524, "2.4", ""},  // OpenSMTPD: no such user, in its words
    Row{Reason::recipient_unknown, any, "", "user unknown"},
    Row{Reason::recipient_unknown, any, "", "unknown user"},
    Row{Reason::recipient_unknown, any, "", "unknown sender"},
    Row{Reason::recipient_unknown, any, "", "sender unknown"},
    Row{Reason::recipient_unknown, any, "", "sender not found"},
    Row{Reason::recipient_unknown, any, "", "no such sender"},
    Row{Reason::recipient_unknown, any, "", "unknown recipient"},
    Row{Reason::recipient_unknown, any, "", "recipient unknown"},
    Row{Reason::recipient_unknown, any, "", "no such user"},
    Row{Reason::recipient_unknown, any, "", "no such recipient"},
    Row{Reason::recipient_unknown, any, "", "no such mailbox"},
    Row{Reason::recipient_unknown, any, "", "no mailbox"},
    Row{Reason::recipient_unknown, any, "", "unrouteable address"},
    Row{Reason::recipient_unknown, any, "", "unroutable address"},
    Row{Reason::recipient_unknown, any, "", "mailbox unavailable"},
    Row{Reason::recipient_unknown, any, "", "mailbox not found"},
    Row{Reason::recipient_unknown, any, "", "does not exist"},
    Row{Reason::recipient_unknown, any, "", "doesn't exist"},
    Row{Reason::recipient_unknown, any, "", "undeliverable address"},

    Row{Reason::client_blocked, any, "", "client host"},
    Row{Reason::client_blocked, any, "", "your ip"},
    Row{Reason::client_blocked, any, "", "your host"},
    Row{Reason::client_blocked, any, "", "your address"},
    Row{Reason::client_blocked, any, "", "reverse dns"},
    Row{Reason::client_blocked, any, "", "ptr record"},
    Row{Reason::client_blocked, any, "", "banned"},

    Row{Reason::access_denied, any, "", "access denied"},
    Row{Reason::access_denied, any, "", "not authorized"},
    Row{Reason::access_denied, any, "", "not authorised"},
    Row{Reason::access_denied, any, "", "not permitted"},
    Row{Reason::access_denied, any, "", "not allowed"},
    Row{Reason::access_denied, any, "", "permission denied"},
    Row{Reason::access_denied, any, "", "administrative prohibition"},

    Row{Reason::login_required, 530, "", ""},
    Row{Reason::mechanism, 504, "", ""},
    Row{Reason::not_implemented, 500, "", ""},
    Row{Reason::not_implemented, 502, "", ""},
    Row{Reason::bad_sequence, 503, "", ""},
};

struct Name {
  Reason reason;
  std::string_view text;
};

constexpr std::array names = {
    Name{Reason::none, "none"},
    Name{Reason::tls_required, "tls_required"},
    Name{Reason::login_required, "login_required"},
    Name{Reason::mechanism, "mechanism"},
    Name{Reason::bad_credentials, "bad_credentials"},
    Name{Reason::not_owner, "not_owner"},
    Name{Reason::relay_denied, "relay_denied"},
    Name{Reason::sender_policy, "sender_policy"},
    Name{Reason::sender_unverifiable, "sender_unverifiable"},
    Name{Reason::helo, "helo"},
    Name{Reason::recipient_unknown, "recipient_unknown"},
    Name{Reason::recipient_domain, "recipient_domain"},
    Name{Reason::client_blocked, "client_blocked"},
    Name{Reason::greylisted, "greylisted"},
    Name{Reason::too_many, "too_many"},
    Name{Reason::access_denied, "access_denied"},
    Name{Reason::not_implemented, "not_implemented"},
    Name{Reason::bad_sequence, "bad_sequence"},
    Name{Reason::unclear, "unclear"},
};

constexpr bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// `words` at a place where it is not part of a longer word or of a host name.
bool holds(std::string_view text, std::string_view words) {
  for (auto at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) {
    const auto end = at + words.size();
    const char before = at == 0 ? ' ' : text[at - 1];
    const char after = end == text.size() ? ' ' : text[end];
    const bool name_goes_on =
        (after == '.' || after == '-') && end + 1 < text.size() && is_word_character(text[end + 1]);
    const bool within_name = before == '.' && at >= 2 && is_word_character(text[at - 2]);
    if (!is_word_character(before) && !is_word_character(after) && !name_goes_on && !within_name) {
      return true;
    }
  }
  return false;
}

/// Lower case, without what stands in <…> and without words that hold an @.
std::string readable_text(const Reply& reply) {
  std::string plain;
  bool quoted = false;
  for (const char c : reply.text()) {
    quoted = (quoted || c == '<') && c != '>';
    if (!quoted && c != '>') {
      plain += text::to_lower(c);
    }
  }
  std::string out;
  for (const auto word : text::split_words(plain)) {
    if (word.find('@') == std::string_view::npos) {
      out.append(word).append(1, ' ');
    }
  }
  return out;
}

}  // namespace

Reason reason_of(const Reply& reply) {
  if (!reply.refused()) {
    return Reason::none;
  }
  const auto text = readable_text(reply);
  const std::string_view detail =
      reply.enhanced.empty() ? std::string_view{} : std::string_view(reply.enhanced).substr(2);
  for (const auto& row : rows) {
    const bool code = row.code == any || row.code == reply.code;
    const bool enhanced = row.enhanced.empty() || row.enhanced == detail;
    if (code && enhanced && (row.words.empty() || holds(text, row.words))) {
      return row.reason;
    }
  }
  return Reason::unclear;
}

bool refused_for_good(const Reply& reply) {
  if (!reply.refused() || reply.temporary()) {
    return false;
  }
  switch (reason_of(reply)) {
    case Reason::unclear:  // "554 looks like spam"; but "554 no valid recipients" leaves nobody
      return text::to_lower(reply.text()).find("valid recipients") != std::string::npos;
    case Reason::client_blocked:
    case Reason::helo:
    case Reason::sender_policy:
    case Reason::sender_unverifiable:
    case Reason::recipient_domain:
    case Reason::greylisted:
    case Reason::too_many:
    case Reason::bad_sequence:
    case Reason::not_implemented:
      return false;
    default:
      return true;
  }
}

bool refuses_envelope(const Reply& reply) {
  const auto reason = reason_of(reply);
  return refused_for_good(reply) && reason != Reason::access_denied &&
         reason != Reason::recipient_unknown;
}

bool speaks_of_sender(const Reply& reply) {
  return holds(readable_text(reply), "sender");
}

bool knows_no_recipient(const Reply& reply) {
  return reason_of(reply) == Reason::recipient_unknown && !speaks_of_sender(reply);
}

bool limits_connections(std::string_view words) {
  const auto text = text::to_lower(words);
  return text.find("too many") != std::string::npos &&
         text.find("connections") != std::string::npos;
}

std::string_view reason_name(Reason reason) {
  return names.at(static_cast<std::size_t>(reason)).text;
}

}  // namespace spranga::smtp
