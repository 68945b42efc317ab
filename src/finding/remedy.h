// Remedies: the smallest change that cures a failed check, per product. Rows of one table.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "words/phrase.h"

namespace spranga::finding {

/// Mail server software as far as the dialogue shows it; `unknown` = it does not tell.
enum class Product {
  unknown,
  postfix,
  exim,
  sendmail,
  opensmtpd,
  dovecot,
  exchange,
  haraka,
  other
};

/// "Postfix", "Exim", …; "" for unknown and other.
[[nodiscard]] std::string_view product_name(Product product);

/// One member a cure; several checks may share one, so that "the fewest changes" can be listed.
enum class RemedyId {
  auth_only_over_tls,     // clear-text AUTH neither offered nor taken
  no_ntlm_before_tls,     // Exchange and the like: NTLM or others offered before TLS
  offer_submission,       // 587 or 465 with AUTH over TLS
  require_starttls,       // 587: every command before STARTTLS refused
  require_tls12,          // TLS 1.0 and 1.1 off
  valid_certificate,      // name, chain, dates, key size
  discard_before_tls,     // command injection across STARTTLS: update the server or proxy
  forget_before_tls,      // state kept across STARTTLS
  offer_465,              // RFC 8314 implicit TLS
  same_on_all_addresses,  // pools and families that differ
  close_relay,            // open relay
  bind_sender_to_login,   // MAIL FROM owned by the login
  refuse_own_domain,      // own-domain sender from outside
  login_before_mail,      // 587/465 take mail without login
  publish_spf_dmarc,
  hide_users,      // VRFY/EXPN
  no_xclient,      // XCLIENT/XFORWARD/ETRN to strangers
  block_guessing,  // a guard that shuts guessers out, after 5 for 4 h
  ban_longer,      // a block that lasts 3 h at least
  allow_mistakes,  // not at the first or second mistake
};

struct Remedy {
  RemedyId id;
  words::Word what;  // one sentence: the change in words

  struct Directive {
    Product product;
    std::string_view where;  // file or command, "main.cf"
    std::string_view line;   // exactly what to write
  };

  std::span<const Directive> directives;  // language-neutral
};

[[nodiscard]] const Remedy& remedy(RemedyId id);

/// What goes into one place.
struct RemedyPlace {
  std::string label;  // "Postfix (main.cf)"
  std::vector<std::string> lines;
};

/// The directives of a cure by the place where they go. With a known `product`, only its lines and
/// Dovecot's (its SASL and submission proxy stand beside any of them); with Product::unknown, those
/// of every product.
[[nodiscard]] std::vector<RemedyPlace> remedy_places(RemedyId id,
                                                     Product product,
                                                     words::Language language);

/// Lines to print or to put in JSON: the sentence, then "Postfix (main.cf): smtpd_tls_auth_only =
/// yes"; where several lines go to one place, "Postfix (main.cf):" and below it each, two blanks in
/// front.
[[nodiscard]] std::vector<std::string> remedy_lines(RemedyId id,
                                                    Product product,
                                                    words::Language language);

}  // namespace spranga::finding
